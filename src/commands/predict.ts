import { join } from "@std/path";
import type { DeviceKind } from "../device/device.ts";
import { visible } from "../base/visible.ts";
import { InputError } from "../base/errors.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import type { Io } from "../terminal/io.ts";
import { type GivenText, givenTexts } from "../dataset/given_texts.ts";
import { type LoadedRun, loadRun } from "../inference/load_run.ts";

/** The flags of `predict`. */
export interface PredictFlags {
  /** A file of texts; `-` is standard input. */
  readonly file?: string;
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
 * `softprompt predict`: classifies texts with a run's prompt. Writes the answers to standard output, a line of JSON each, in the
 * texts' order.
 *
 * @param folder of a complete run
 * @param the texts on the command line
 */
export async function predict(
  folder: string,
  texts: readonly string[],
  { file, encoding, device, model, prompt, results }: PredictFlags,
  io: Io,
): Promise<void> {
  if ((file === undefined) === (texts.length === 0)) {
    throw new InputError("predict needs either texts or --file");
  }
  if (encoding !== undefined && file === undefined) {
    throw new InputError("--encoding can only be used with --file");
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
    await answerAll(run, texts, { file, encoding }, io);
  } finally {
    await run.release();
  }
}

async function answerAll(
  run: LoadedRun,
  texts: readonly string[],
  { file, encoding }: Readonly<Record<"file" | "encoding", string | undefined>>,
  io: Io,
): Promise<void> {
  if (texts.length > 0 && run.columns.join() !== "text") {
    throw new InputError(
      `the run's template has the columns ${
        run.columns.join(", ")
      }: pass them with --file, as .jsonl or .csv`,
    );
  }
  const given = file === undefined
    ? texts.map((text) => ({ placed: { text }, shown: { text } }))
    : givenTexts(file, {
      placeholders: run.columns,
      dataset: run.experiment.dataset,
      classes: run.classes,
      encoding,
      note: (line) => io.log(visible(line)),
      stdin: io.stdin,
    });
  let count = 0;
  let truncated = 0;
  for await (const part of chunks(given)) {
    truncated += await answer(run, part, io);
    count += part.length;
  }
  if (truncated > 0) io.log(`${truncated} of ${count} texts are truncated to fit the model's positions`);
}

/** @returns the number of truncated texts */
async function answer(run: LoadedRun, texts: readonly GivenText[], io: Io): Promise<number> {
  const answers = await run.classify(texts.map(({ placed }) => placed));
  const lines = answers.map(({ truncated: _, ...rest }, i) =>
    JSON.stringify({ ...texts[i]!.shown, ...rest }, asJson)
  );
  await io.write(`${lines.join("\n")}\n`);
  return answers.filter(({ truncated }) => truncated > 0).length;
}

/** Parquet values that JSON cannot represent: large integers become strings, bytes are left out. */
function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
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
