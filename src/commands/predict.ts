import { join } from "@std/path";
import type { DeviceKind } from "../device/device.ts";
import { visible } from "../base/visible.ts";
import { InputError } from "../base/errors.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { Pace } from "../terminal/pace.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { NoClass } from "../dataset/columns.ts";
import { type GivenText, givenTexts, type Reader } from "../dataset/given_texts.ts";
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
  /** A prompt that was tuned in the page of `serve`, in place of the run's own. */
  readonly prompt?: string;
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
  { file, inputFormat, format, encoding, device, model, prompt, results }: PredictFlags,
  io: CommandIo,
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
    ...(prompt !== undefined && { prompt }),
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
  io: CommandIo,
): Promise<void> {
  if (texts.length > 0 && run.columns.join() !== "text") {
    throw new InputError(
      `the run's template has the columns ${
        run.columns.join(", ")
      }: pass them with --file, as .jsonl or .csv`,
    );
  }
  const reader: Reader = {
    placeholders: run.columns,
    dataset: run.experiment.dataset,
    classes: run.classes,
    kind: inputFormat,
    encoding,
    note: (line) => io.log(visible(line)),
    stdin: io.stdin,
  };
  const given: Iterable<GivenText> | AsyncIterable<GivenText> = file === undefined
    ? texts.map((text) => ({ placed: { text }, shown: { text } }))
    : givenTexts(file, reader);
  const total = file === undefined ? texts.length : await countOf(file, reader);
  const pace = new Pace();
  const show = (done: number) => {
    const known = total === undefined
      ? {}
      : { total, share: done / total, secondsLeft: pace.secondsLeft(done, total) };
    io.progress.show({ title: file ?? "predict", stage: "classifying", unit: "texts", done, ...known });
  };
  const writer = predictionWriter(format, run.classes);
  const score = new LabelScore(run.classes);
  let count = 0;
  let truncated = 0;
  for await (const part of chunks(given)) {
    const before = count;
    const answers = await run.classify(part.map(({ placed }) => placed), (done) => show(before + done));
    await io.write(writer.lines(answers.map((answer, i) => ({ shown: part[i]!.shown, answer }))));
    for (const [i, { predicted, truncated: dropped }] of answers.entries()) {
      const { label } = part[i]!;
      if (label !== undefined) score.see(label instanceof NoClass ? label.value : label, predicted);
      if (dropped > 0) truncated++;
    }
    count += part.length;
  }
  io.progress.end();
  if (count === 0) io.log(`there are no texts in ${file === "-" ? "standard input" : file}`);
  if (truncated > 0) io.log(`${truncated} of ${count} texts are truncated to fit the model's positions`);
  if (writer.note !== undefined) io.log(writer.note);
  for (const line of score.lines()) io.log(line);
}

/** The number of texts in a file; `undefined` where it cannot be read twice, or is wrong, which shows when it is read. */
async function countOf(file: string, reader: Reader): Promise<number | undefined> {
  const isRegular = await Deno.stat(file).then(({ isFile }) => isFile, () => false);
  if (file === "-" || !isRegular) return undefined;
  let count = 0;
  try {
    for await (const _ of givenTexts(file, { ...reader, note: () => {} })) count++;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return count;
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
