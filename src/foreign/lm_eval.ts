/**
 * The results of lm-evaluation-harness with `--log_samples`: `samples_<task>_<date>.jsonl`, an object for each example and filter, and
 * `results_<date>.json` beside them.
 *
 * @see https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError } from "../base/errors.ts";
import type { Evaluation, Sample } from "./evaluation.ts";
import { at, hashOf, present, scoreOf } from "./json_values.ts";
import { type Line, readJsonLines } from "./read_lines.ts";
import { settleUnread } from "./settle_unread.ts";

/** The names of the files: of all samples of a task, and of the results of all tasks. The date has no colons. */
const SAMPLES = /^samples_(.+)_(\d{4}-\d\d-\d\dT[\d.-]+)\.jsonl$/;
const RESULTS = /^results_(\d{4}-\d\d-\d\dT[\d.-]+)\.json$/;

/** What a sample has besides its metrics, where it does not say which these are. */
const NOT_METRICS: ReadonlySet<string> = new Set(["doc_id", "doc", "target", "arguments", "resps"]);

/** The metric of `--predict_only`, which scores nothing and gives every answer the same number. */
const NOT_SCORED = "bypass";

/** Whether a path is that of samples, by its name. */
export function isLmEvalSamplesFile(path: string): boolean {
  return SAMPLES.test(basename(path));
}

/** Whether a path is that of samples or results, by its name. */
export function isLmEvalFile(path: string): boolean {
  return isLmEvalSamplesFile(path) || RESULTS.test(basename(path));
}

/** Whether an object is a sample. */
export function isLmEvalSample(value: JsonObject): boolean {
  return "doc_id" in value && ("filtered_resps" in value || "resps" in value || "target" in value);
}

/** Whether an object is the results of all tasks. */
export function isLmEvalResults(value: JsonObject): boolean {
  return isObject(value.results) && isObject(value.versions) && isObject(value.configs);
}

/** The files of samples that belong to a file of results. @throws {InputError} where there is none */
export async function samplesBeside(results: string): Promise<string[]> {
  const [, date] = RESULTS.exec(basename(results)) ?? [];
  const found: string[] = [];
  for await (const { name } of Deno.readDir(dirname(results))) {
    if (date !== undefined && SAMPLES.exec(name)?.[2] === date) found.push(join(dirname(results), name));
  }
  if (found.length > 0) return found.sort();
  throw new InputError(
    `beside ${results} there are no samples of its date: evaluate with --log_samples, which writes samples_<task>_<date>.jsonl`,
  );
}

/** The file of results that a file of samples belongs to, whether or not it is there. */
export function resultsOf(samples: string): string {
  const [, , date = ""] = SAMPLES.exec(basename(samples)) ?? [];
  return join(dirname(samples), `results_${date}.json`);
}

/**
 * Reads the samples of a task: an evaluation for each filter of the answers.
 *
 * @param results the content of the file of results, where there is one
 * @throws {InputError} where there is no sample, a line is none, or an example is there twice
 */
export async function readLmEval(file: string, results: JsonObject | undefined): Promise<Evaluation[]> {
  const task = SAMPLES.exec(basename(file))?.[1] ?? basename(file, ".jsonl");
  const byFilter = new Map<string, { readonly samples: Map<string, Sample>; readonly unread: Set<string> }>();
  for await (const line of readJsonLines(file)) {
    const { value, number } = line;
    if (!isLmEvalSample(value)) {
      throw new InputError(
        `${file}:${number}: this line is no sample of lm-evaluation-harness, as it has no doc_id`,
      );
    }
    const filter = typeof value.filter === "string" ? value.filter : "none";
    const { samples, unread } = byFilter.get(filter) ?? { samples: new Map(), unread: new Set() };
    byFilter.set(filter, { samples, unread });
    const sample = sampleOf(line, unread);
    if (samples.has(sample.example)) {
      throw new InputError(
        `${file}:${number}: the example with doc_id ${sample.example} is there twice: evaluate again into a new folder`,
      );
    }
    samples.set(sample.example, sample);
  }
  if (byFilter.size === 0) throw new InputError(`${file} is empty: evaluate again, or take it away`);
  const higher = at(results, "higher_is_better", task);
  const isHigherBetter = new Map(
    Object.entries(isObject(higher) ? higher : {}).flatMap(([name, is]) =>
      typeof is === "boolean" ? [[name, is] as const] : []
    ),
  );
  const model = at(results, "model_name");
  return [...byFilter].map(([filter, read]) => ({
    file,
    parts: { task, filter, model: typeof model === "string" ? model : basename(dirname(file)) },
    settings: present({
      model_args: at(results, "config", "model_args"),
      num_fewshot: at(results, "n-shot", task),
      task_version: at(results, "versions", task),
      git_hash: at(results, "git_hash"),
      chat_template_sha: at(results, "chat_template_sha"),
      system_instruction_sha: at(results, "system_instruction_sha"),
    }),
    isHigherBetter,
    ...settleUnread([...read.samples.values()], read.unread),
  }));
}

/** @param unread takes the names of metrics that are no numbers */
function sampleOf({ value }: Line, unread: Set<string>): Sample {
  const { metrics } = value;
  const names = Array.isArray(metrics)
    ? metrics.filter((name): name is string => typeof name === "string")
    : Object.keys(value).filter((name) => !NOT_METRICS.has(name) && typeof scoreOf(value[name]) === "number");
  const scores = new Map<string, number | null>();
  for (const name of names) {
    const score = scoreOf(at(value, name));
    const isScore = score !== undefined && name !== NOT_SCORED;
    if (!isScore) unread.add(name);
    scores.set(name, isScore ? score : null);
  }
  return {
    example: JSON.stringify(value.doc_id),
    question: hashOf(value.doc ?? value.doc_hash),
    target: hashOf(value.target ?? value.target_hash),
    scores,
    hasFailed: false,
  };
}
