import { join } from "@std/path";
import { TextLineStream } from "@std/streams/text-line-stream";
import type { DeviceKind } from "../device/device.ts";
import { InputError } from "../experiment/errors.ts";
import { say } from "./console.ts";
import { type Classifiable, type LoadedRun, loadRun } from "./load_run.ts";

/** The flags of `predict`. */
export interface PredictFlags {
  /** A file of texts; `-` is standard input. */
  readonly file?: string;
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
  { file, device, model, results }: PredictFlags,
): Promise<void> {
  if ((file === undefined) === (texts.length === 0)) {
    throw new InputError("predict takes texts, or a --file of them");
  }
  const run = await loadRun(folder, {
    ...(device !== undefined && { device }),
    ...(model !== undefined && { model }),
    cache: join(results, ".cache"),
    say,
  });
  if (texts.length > 0 && run.columns.join() !== "text") {
    throw new InputError(
      `the run's template has the columns ${run.columns.join(", ")}: give them as JSON Lines by --file`,
    );
  }
  let count = 0, cut = 0;
  for await (const part of chunks(file === undefined ? texts : linesOf(file))) {
    cut += await answer(run, part);
    count += part.length;
  }
  if (cut > 0) say(`${cut} of ${count} texts are cut to fit the model's positions`);
  await run.release();
}

/** @returns how many texts were cut */
async function answer(run: LoadedRun, texts: readonly Classifiable[]): Promise<number> {
  const answers = await run.classify(texts);
  const lines = answers.map(({ cut: _, ...said }, i) => {
    const text = texts[i]!;
    return JSON.stringify({ ...(typeof text === "string" ? { text } : text), ...said });
  });
  await writeAll(`${lines.join("\n")}\n`);
  return answers.filter(({ cut }) => cut > 0).length;
}

async function writeAll(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}

/** A file's texts: objects where it is JSON Lines (standard input is), else a text a line. */
async function* linesOf(file: string): AsyncGenerator<Classifiable> {
  const readable = file === "-" ? Deno.stdin.readable : (await opened(file)).readable;
  const isJson = file === "-" || file.endsWith(".jsonl"), name = file === "-" ? "standard input" : file;
  let number = 0;
  const byLine: TransformStream<string, string> = new TextLineStream();
  for await (const line of readable.pipeThrough(new TextDecoderStream()).pipeThrough(byLine)) {
    number++;
    if (line.trim() === "") continue;
    yield isJson ? parsed(line, `${name}:${number}`) : line;
  }
}

async function opened(file: string): Promise<Deno.FsFile> {
  return await Deno.open(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`there is no ${file}`);
  });
}

function parsed(line: string, place: string): Classifiable {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(`${place}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value === "string" || typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Classifiable;
  }
  throw new InputError(`${place}: a line must be a text or an object, got ${line.slice(0, 40)}`);
}

async function* chunks(
  texts: Iterable<Classifiable> | AsyncIterable<Classifiable>,
): AsyncGenerator<Classifiable[]> {
  let chunk: Classifiable[] = [];
  for await (const text of texts) {
    chunk.push(text);
    if (chunk.length < TOGETHER) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
