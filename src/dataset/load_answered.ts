import { InputError } from "../base/errors.ts";
import type { Target } from "../experiment/template.ts";
import type { AnsweredDataset } from "../experiment/text_types.ts";
import { type DatasetKeys, DEFAULTS } from "../experiment/experiment_file.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import type { AnsweredExample, Splits } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { LeftOut } from "./left_out.ts";
import { checkIds, checkParts, type Dataset, datasetName, drawnBySeed } from "./load.ts";
import { readSource } from "./read_source.ts";
import { readingOf } from "./table.ts";

/** Texts with their right answers, ready for an experiment. */
export interface AnsweredData
  extends
    Splits<AnsweredExample>,
    Pick<Dataset, "revision" | "repeated" | "notes" | "leftOut" | "isDrawn" | "sha256"> {}

/**
 * Reads, cleans and splits the dataset of an experiment with free texts. Right answers are trimmed, and not cleaned otherwise.
 *
 * @param target the template of the right answers
 * @param file the experiment file, which paths are relative to
 * @param seed the experiment's seed, for the validation set and the shots
 * @param placeholders the columns in the template
 * @param files the files that were read before
 * @throws {InputError} on missing files, lines without a right answer unless they are to be left out, or too few examples
 */
export async function loadAnswered(
  spec: AnsweredDataset,
  target: Target,
  file: string,
  seed: number,
  placeholders: readonly string[],
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<AnsweredData> {
  const { id, text = DEFAULTS.dataset.text }: DatasetKeys = spec;
  const notes: string[] = [];
  const leftOut = new LeftOut();
  const reading = { ...readingOf(spec), note: (line: string) => void notes.push(line) };
  const { all, split, revision } = await readSource<AnsweredExample>(spec, file, async (path, name) => {
    const table = await files.answered(path, { text, id, placeholders, target }, reading, spec.clean, name);
    leftOut.addAll(table.leftOut);
    return table.examples;
  }, downloads);
  if (all.length === 0) {
    throw new InputError(
      `the dataset '${datasetName(spec)}' is empty: ${
        leftOut.size === 0 ? "it has no examples" : `all of its ${leftOut.size} lines are left out`
      }`,
    );
  }
  const splits = split();
  checkParts(splits, spec, ({ length }) => String(length));
  checkIds(splits, spec);
  return { ...drawnBySeed(splits, spec, seed), revision, notes, leftOut: leftOut.counts };
}
