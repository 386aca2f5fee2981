import { visible } from "../base/visible.ts";
import { InputError } from "../base/errors.ts";
import { type GivenText, givenTexts, type Reader } from "../dataset/given_texts.ts";
import type { TableKind } from "../experiment/table_kind.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { Pace } from "../terminal/pace.ts";
import type { PredictionFormat } from "./prediction_writer.ts";

/** What is answered, and how it is written. */
export interface Input {
  /** The texts on the command line. */
  readonly texts: readonly string[];
  /** A file of texts in their place; `-` is standard input. */
  readonly file: string | undefined;
  readonly inputFormat: TableKind | undefined;
  readonly encoding: string | undefined;
  readonly format: PredictionFormat;
}

/** What is known of a run before its texts are read. */
export type RunReader = Omit<Reader, "kind" | "encoding" | "note" | "stdin">;

/** What is done with the texts, for display. */
export interface Work {
  readonly stage: "classifying" | "answering";
  /** The number of texts in a piece. */
  readonly together: number;
}

/** The texts that are given, in pieces, and the display of how many are answered. */
export interface GivenTexts {
  /** The pieces, each with the number of texts before it. */
  readonly parts: AsyncIterable<{ readonly part: readonly GivenText[]; readonly before: number }>;
  /** Shows how many texts have been answered. */
  readonly show: (done: number) => void;
}

/**
 * Opens the texts that are given.
 *
 * @throws {InputError} where texts on the command line are too few for the template's columns
 */
export async function openGiven(
  { texts, file, inputFormat, encoding }: Input,
  run: RunReader,
  { stage, together }: Work,
  io: CommandIo,
): Promise<GivenTexts> {
  const { placeholders } = run;
  if (texts.length > 0 && placeholders.join() !== "text") {
    throw new InputError(
      `the run's template has the columns ${
        placeholders.join(", ")
      }: pass them with --file, as .jsonl or .csv`,
    );
  }
  const note = (line: string) => io.log(visible(line));
  const reader: Reader = { ...run, kind: inputFormat, encoding, note, stdin: io.stdin };
  const given: Iterable<GivenText> | AsyncIterable<GivenText> = file === undefined
    ? texts.map((text) => ({ placed: { text }, shown: { text } }))
    : givenTexts(file, reader);
  const total = file === undefined ? texts.length : await countOf(file, reader);
  const pace = new Pace();
  return {
    parts: chunks(given, together),
    show: (done) => {
      const known = total === undefined
        ? {}
        : { total, share: done / total, secondsLeft: pace.secondsLeft(done, total) };
      io.progress.show({ title: file ?? "predict", stage, unit: "texts", done, ...known });
    },
  };
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
  together: number,
): AsyncGenerator<{ readonly part: readonly GivenText[]; readonly before: number }> {
  let part: GivenText[] = [];
  let before = 0;
  for await (const text of texts) {
    part.push(text);
    if (part.length < together) continue;
    yield { part, before };
    before += part.length;
    part = [];
  }
  if (part.length > 0) yield { part, before };
}

/** What is said where there were no texts. */
export function emptyLines(count: number, { file }: Input): string[] {
  return count > 0 ? [] : [`there are no texts in ${file === "-" ? "standard input" : file}`];
}

/** What is said of truncated texts. */
export function truncatedLines(truncated: number, count: number): string[] {
  return truncated === 0 ? [] : [`${truncated} of ${count} texts are truncated to fit the model's positions`];
}
