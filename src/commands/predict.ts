import { join } from "@std/path";
import type { DeviceKind } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import type { Io } from "../terminal/io.ts";
import { type GivenText, givenTexts } from "../dataset/given_texts.ts";
import { type LoadedRun, loadRun } from "../inference/load_run.ts";

/** The flags of `predict`. */
export interface PredictFlags {
  /** A file of texts; `-` is standard input. */
  readonly file?: string;
  /** The file's encoding; that of the run's data where they are of the same kind, else UTF-8. */
  readonly encoding?: string;
  readonly device?: DeviceKind | "auto";
  /** The model's folder, where it is no longer where the run found it. */
  readonly model?: string;
  /** The folder of all results, which compiled steps are kept in. */
  readonly results: string;
}

/** So many texts are classified together, and their answers written before more are read. */
const TOGETHER = 1024;

/**
 * `softprompt predict`: classifies texts with a run's prompt. Answers go to standard output, a line of JSON each, in the
 * texts' order.
 *
 * @param folder of a complete run
 * @param texts that stand on the command line
 */
export async function predict(
  folder: string,
  texts: readonly string[],
  { file, encoding, device, model, results }: PredictFlags,
  io: Io,
): Promise<void> {
  if ((file === undefined) === (texts.length === 0)) {
    throw new InputError("predict takes texts, or a --file of them");
  }
  if (encoding !== undefined && file === undefined) throw new InputError("--encoding goes with --file");
  const run = await loadRun(folder, {
    ...(device !== undefined && { device }),
    ...(model !== undefined && { model }),
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
      `the run's template has the columns ${run.columns.join(", ")}: give them by --file, as .jsonl or .csv`,
    );
  }
  const given = file === undefined
    ? texts.map((text) => ({ placed: { text }, shown: { text } }))
    : givenTexts(file, {
      placeholders: run.columns,
      dataset: run.experiment.dataset,
      classes: run.classes,
      encoding,
      note: io.log,
      stdin: io.stdin,
    });
  let count = 0;
  let truncated = 0;
  for await (const part of chunks(given)) {
    truncated += await answer(run, part, io);
    count += part.length;
  }
  if (truncated > 0) io.log(`${truncated} of ${count} texts are cut to fit the model's positions`);
}

/** @returns how many texts were cut */
async function answer(run: LoadedRun, texts: readonly GivenText[], io: Io): Promise<number> {
  const answers = await run.classify(texts.map(({ placed }) => placed));
  const lines = answers.map(({ truncated: _, ...rest }, i) =>
    JSON.stringify({ ...texts[i]!.shown, ...rest }, asJson)
  );
  await io.write(`${lines.join("\n")}\n`);
  return answers.filter(({ truncated }) => truncated > 0).length;
}

/** Values of Parquet that JSON has no form of: large whole numbers are told in words, bytes not at all. */
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
