import { join } from "@std/path";
import type { DeviceKind } from "../device/device.ts";
import { visible } from "../base/visible.ts";
import { InputError } from "../base/errors.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import type { Io } from "../terminal/io.ts";
import { NoClass } from "../dataset/columns.ts";
import { type GivenText, givenTexts } from "../dataset/given_texts.ts";
import { LabelScore } from "../evaluation/label_score.ts";
import type { TableKind } from "../experiment/table_kind.ts";
import { type PredictionFormat, predictionWriter } from "./prediction_writer.ts";
import { type LoadedRun, loadRun } from "../inference/load_run.ts";

/** The flags of `predict`. */
export interface PredictFlags {
  /** A file of texts; `-` is standard input. */
  readonly file?: string;
  /** How the file is written; by default, its name says it, and standard input is JSON Lines. */
  readonly inputFormat?: TableKind;
  /** How the answers are written. */
  readonly format: PredictionFormat;
  /** The file's encoding; the default is that of the run's data where they are of the same kind, else UTF-8. */
  readonly encoding?: string;
  readonly device?: DeviceKind | "auto";
  /** The model's folder, if it has moved since the run. */
  readonly model?: string;
  /** The folder of all results, with the cache of compiled steps. */
  readonly results: string;
}

/** The number of texts that are classified before their answers are written and more texts are read. */
const TOGETHER = 1024;

/**
 * `softprompt predict`: classifies texts with a run's prompt. Writes the answers to standard output, a line each, in the texts'
 * order; where texts have labels, their accuracy follows on standard error.
 *
 * @param folder of a complete run
 * @param the texts on the command line
 */
export async function predict(
  folder: string,
  texts: readonly string[],
  { file, inputFormat, format, encoding, device, model, results }: PredictFlags,
  io: Io,
): Promise<void> {
  if ((file === undefined) === (texts.length === 0)) {
    throw new InputError("predict needs either texts or --file");
  }
  for (const [flag, value] of Object.entries({ "--encoding": encoding, "--input-format": inputFormat })) {
    if (value !== undefined && file === undefined) {
      throw new InputError(`${flag} can only be used with --file`);
    }
  }
  const run = await loadRun(folder, {
    ...(device !== undefined && { device }),
    ...(model !== undefined && { model }),
    cache: join(results, ".cache"),
    log: io.log,
    downloads: terminalDownloads(io),
  });
  try {
    await answerAll(run, texts, { file, inputFormat, format, encoding }, io);
  } finally {
    await run.release();
  }
}

/** What is classified, and how it is written. */
interface Input extends Pick<PredictFlags, "format"> {
  readonly file: string | undefined;
  readonly inputFormat: TableKind | undefined;
  readonly encoding: string | undefined;
}

async function answerAll(
  run: LoadedRun,
  texts: readonly string[],
  { file, inputFormat, format, encoding }: Input,
  io: Io,
): Promise<void> {
  if (texts.length > 0 && run.columns.join() !== "text") {
    throw new InputError(
      `the run's template has the columns ${
        run.columns.join(", ")
      }: pass them with --file, as .jsonl or .csv`,
    );
  }
  const given: Iterable<GivenText> | AsyncIterable<GivenText> = file === undefined
    ? texts.map((text) => ({ placed: { text }, shown: { text } }))
    : givenTexts(file, {
      placeholders: run.columns,
      dataset: run.experiment.dataset,
      classes: run.classes,
      kind: inputFormat,
      encoding,
      note: (line) => io.log(visible(line)),
      stdin: io.stdin,
    });
  const writer = predictionWriter(format, run.classes);
  const score = new LabelScore(run.classes);
  let count = 0;
  let truncated = 0;
  for await (const part of chunks(given)) {
    const answers = await run.classify(part.map(({ placed }) => placed));
    await io.write(writer.lines(answers.map((answer, i) => ({ shown: part[i]!.shown, answer }))));
    for (const [i, { predicted, truncated: dropped }] of answers.entries()) {
      const { label } = part[i]!;
      if (label !== undefined) score.see(label instanceof NoClass ? label.value : label, predicted);
      if (dropped > 0) truncated++;
    }
    count += part.length;
  }
  if (truncated > 0) io.log(`${truncated} of ${count} texts are truncated to fit the model's positions`);
  if (writer.note !== undefined) io.log(writer.note);
  for (const line of score.lines()) io.log(line);
}

async function* chunks(
  texts: Iterable<GivenText> | AsyncIterable<GivenText>,
): AsyncGenerator<GivenText[]> {
  let chunk: GivenText[] = [];
  for await (const text of texts) {
    chunk.push(text);
    if (chunk.length < TOGETHER) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
