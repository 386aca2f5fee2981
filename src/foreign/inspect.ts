/**
 * The logs of inspect_ai in their JSON form: one evaluation of one task by one model, with its samples.
 *
 * @see https://inspect.aisi.org.uk/eval-logs.html
 * @module
 */
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError } from "../base/errors.ts";
import type { Evaluation, Sample } from "./evaluation.ts";
import { at, hashOf, present, scoreOf } from "./json_values.ts";
import { settleUnread } from "./settle_unread.ts";

/** The grades that scorers give besides numbers, and what inspect_ai counts them as. */
const GRADES: ReadonlyMap<string, number> = new Map([
  ["C", 1],
  ["P", 0.5],
  ["I", 0],
  ["N", 0],
  ["yes", 1],
  ["true", 1],
  ["no", 0],
  ["false", 0],
]);

/** The first bytes of a zip archive, which the usual form of a log is. */
export const ZIP = "PK\x03\x04";

/** @throws {InputError} always, with the command that converts a log into one that is read */
export function refuseBinaryLog(file: string): never {
  throw new InputError(
    `${file} is a log of inspect_ai in its binary form, which is not read: convert it by 'inspect log convert ${file} --to json --output-dir logs-json' and name that folder`,
  );
}

/** Whether an object is a log. */
export function isInspectLog(value: JsonObject): boolean {
  return isObject(value.eval) && typeof value.status === "string" && typeof value.eval.task === "string";
}

/**
 * Reads a log.
 *
 * @throws {InputError} where it has no samples, or a sample is there twice
 */
export function readInspect(file: string, log: JsonObject): Evaluation {
  const { samples } = log;
  if (!Array.isArray(samples) || samples.length === 0) {
    throw new InputError(
      `${file} has no samples: evaluate without --no-log-samples, and convert the whole log, not its header`,
    );
  }
  const found = new Set<string>();
  const isScoredOnError = at(log, "eval", "config", "score_on_error") === true;
  const seen = new Set<string>();
  const read = samples.map((sample, i): Sample => {
    const place = `${file}: samples[${i}]`;
    if (!isObject(sample) || sample.id === undefined) throw new InputError(`${place} has no id`);
    const key = JSON.stringify([sample.id, sample.epoch ?? 1]);
    if (seen.has(key)) throw new InputError(`${place}: id and epoch ${key} are there twice: evaluate again`);
    seen.add(key);
    const hasError = sample.error !== undefined && sample.error !== null && !isScoredOnError;
    const scores = scoresOf(sample, found);
    return {
      example: JSON.stringify(sample.id),
      question: hashOf(asked(sample.input)),
      target: hashOf(sample.target),
      // What scorers gave before an error counts for inspect_ai as little as what they gave after it.
      scores: hasError ? new Map([...scores.keys()].map((name) => [name, null])) : scores,
      hasFailed: hasError || !isObject(sample.scores),
    };
  });
  const { samples: settled, unread } = settleUnread(read, found);
  const { status } = log;
  return {
    file,
    parts: { task: String(at(log, "eval", "task")), model: String(at(log, "eval", "model") ?? "") },
    settings: present({
      model: at(log, "eval", "model"),
      task_version: at(log, "eval", "task_version"),
      task_args: at(log, "eval", "task_args"),
      model_args: at(log, "eval", "model_args"),
      epochs: at(log, "eval", "config", "epochs"),
      limit: at(log, "eval", "config", "limit"),
      dataset: at(log, "eval", "dataset", "name"),
      inspect_ai: at(log, "eval", "packages", "inspect_ai"),
    }),
    samples: settled,
    isHigherBetter: directions(settled),
    unread,
    ...(status !== "success" && { unfinished: `its status is ${String(status)}` }),
  };
}

/** What is asked: of messages all but their ids, which are new ones in every evaluation. */
function asked(input: unknown): unknown {
  if (!Array.isArray(input)) return input;
  return input.map((message: unknown) => isObject(message) ? { ...message, id: undefined } : message);
}

/** The metrics of a sample: one for each scorer, or for each key of what it gives. @param unread takes the names of values of other kinds */
function scoresOf(sample: JsonObject, unread: Set<string>): ReadonlyMap<string, number | null> {
  const scores = new Map<string, number | null>();
  const add = (name: string, value: unknown) => {
    const score = typeof value === "string" ? gradeOf(value) : scoreOf(value);
    if (score === undefined) unread.add(name);
    scores.set(name, score ?? null);
  };
  for (const [scorer, score] of Object.entries(isObject(sample.scores) ? sample.scores : {})) {
    const value = at(score, "value");
    if (!isObject(value)) add(scorer, value ?? null);
    else for (const [key, inner] of Object.entries(value)) add(`${scorer}.${key}`, inner);
  }
  return scores;
}

function gradeOf(value: string): number | undefined {
  const grade = GRADES.get(value) ?? GRADES.get(value.toLowerCase());
  if (grade !== undefined) return grade;
  return value.trim() === "" || !Number.isFinite(Number(value)) ? undefined : Number(value);
}

/** A log does not say which direction is better: from 0 to 1, as inspect_ai counts grades, it is higher; of other numbers it is not known. */
function directions(samples: readonly Sample[]): ReadonlyMap<string, true | null> {
  const within = new Map<string, boolean>();
  for (const { scores } of samples) {
    for (const [name, score] of scores) {
      within.set(name, (within.get(name) ?? true) && (score === null || score >= 0 && score <= 1));
    }
  }
  return new Map([...within].map(([name, is]) => [name, is || null]));
}
