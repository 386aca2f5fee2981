import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import { templateText } from "../experiment/template.ts";
import type { GeneratedExperiment } from "../experiment/text_types.ts";
import type { CommonLoadOptions } from "../inference/load_options.ts";
import { loadRun } from "../inference/load_run.ts";
import type { LoadedTextRun } from "../inference/load_texts.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import { readTextPredictions } from "../results/read_predictions.ts";
import { type AnyAbout, readAnyAbout } from "../results/read_run.ts";
import { checkFiles } from "../run/check_model_files.ts";
import type { AnswerQuestion } from "../serve/ask.ts";
import { serveTexts } from "../serve/text_server.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { endOf } from "./answer_end.ts";
import type { ServeFlags } from "./serve.ts";
import { servedUntilInterrupted } from "./served_until_interrupted.ts";

/** The number of texts of the test set that the page may begin with. */
const EXAMPLES = 5;

/** A complete run whose answers are generated. */
interface GeneratedRun extends Pick<AnyAbout, "environment"> {
  readonly experiment: GeneratedExperiment;
  readonly folder: string;
}

/**
 * Serves a run of generated texts: a page, and other programs, ask it by `POST /answer`. It is computed here.
 *
 * @throws {InputError} where the run of `--hard` cannot stand beside it
 */
export async function serveTextRun(run: GeneratedRun, flags: ServeFlags, io: CommandIo): Promise<void> {
  const { hard, model, results, host, port } = flags;
  const beside = hard === undefined ? undefined : await besideRun(run, hard);
  const loading = {
    ...(model !== undefined && { model }),
    cache: join(results, ".cache"),
    log: io.log,
    downloads: terminalDownloads(io),
    answers: "texts",
  } as const satisfies CommonLoadOptions & { readonly answers: "texts" };
  await using opened = new AsyncDisposableStack();
  const open = async (folder: string) => {
    const loaded = await loadRun(folder, loading);
    opened.defer(() => loaded.release());
    return loaded;
  };
  const own = await open(run.folder);
  const other = beside === undefined ? undefined : await open(beside.folder);
  if (other !== undefined && other.columns.join() !== own.columns.join()) {
    throw new InputError(
      `the templates of ${run.folder} and ${hard} have other columns (${own.columns.join(", ")}; ${
        other.columns.join(", ")
      }): pass a run with the same ones with --hard`,
    );
  }
  const served = {
    title: run.experiment.name,
    device: own.device,
    columns: own.columns,
    prompts: [
      promptOf(own, "answer"),
      ...(other === undefined ? [] : [promptOf(other, "hard/answer")]),
    ],
    examples: await examplesOf(run, own.columns, io),
  };
  const what = "ask the run, on this computer's processor, and read its example texts";
  await servedUntilInterrupted(
    run.experiment.name,
    { host, port, what },
    (options) => serveTexts(served, options),
    io,
  );
}

/** The run of a hard prompt that is shown beside another. @throws {InputError} where it is no such run, or of another model */
async function besideRun(run: GeneratedRun, hard: string): Promise<GeneratedRun> {
  const { experiment, environment } = await readAnyAbout(hard);
  if (!isGeneratedExperiment(experiment) || experiment.prompt.kind !== "hard") {
    throw new InputError(
      `${hard} is not a run of a hard prompt whose answers are generated: pass one with --hard`,
    );
  }
  if (run.experiment.prompt.kind === "hard") {
    throw new InputError(
      `${run.folder} is a run of a hard prompt, too: name a run of a soft prompt, or leave --hard out`,
    );
  }
  const { model } = run.environment;
  const own = {
    folder: model.folder ?? model.source,
    files: model.files ?? {},
    facts: { multiplier: model.multiplier ?? 1 },
  };
  checkFiles(own, environment, hard, `pass a run of the model of ${run.folder} with --hard`);
  return { experiment, environment, folder: hard };
}

function promptOf(run: LoadedTextRun, path: string) {
  const { prompt } = run.experiment;
  const answerQuestion: AnswerQuestion = async function* (question, signal) {
    const answer = yield* run.stream(question, signal);
    return { generated: answer.text, ...endOf(answer), truncated: answer.truncated };
  };
  return { kind: prompt.kind, template: templateText(prompt.template), path, answerQuestion };
}

/** Questions that the page may begin with: the run's samples, and texts of its test set where these are the only column. */
async function examplesOf(
  { experiment: { evaluation, verbalizer = {} }, folder }: GeneratedRun,
  columns: readonly string[],
  io: CommandIo,
): Promise<Readonly<Record<string, string>>[]> {
  const samples = evaluation.samples.map((sample) =>
    Object.fromEntries(columns.map((name) => [name, sample[name] ?? ""]))
  );
  if (columns.join() !== "text") return samples;
  try {
    const { predictions } = await readTextPredictions(
      join(folder, "predictions.jsonl"),
      Object.keys(verbalizer),
      new KeptPredictions(),
    );
    return [...samples, ...predictions.slice(0, EXAMPLES).map(({ text }) => ({ text }))];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.log(`warning: the page has no texts of the test set: ${error.message}`);
    return samples;
  }
}
