import { dirname, join, resolve } from "@std/path";
import { InputError, withKeyContext } from "../base/errors.ts";
import type { TransferSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import type { Columns } from "./columns.ts";
import { checkWords } from "./class_counts.ts";
import type { Example } from "./example.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { readExamples } from "./reading.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { sha256OfJson } from "../base/sha256.ts";
import { splitLikeTextcnn } from "./split.ts";
import { type Reading, readingOf, readTable } from "./table.ts";

/** Other data that what was tuned is scored on. */
export interface TransferSet {
  readonly name: string;
  readonly examples: readonly Example[];
  /** What a person should know of how its files were read, in a line each. */
  readonly notes: readonly string[];
  /** Over all examples, ids and labels included. */
  readonly sha256: string;
}

/**
 * Reads data to transfer to: all of a file, the test set of a dataset that the program knows, a split of one of the hub.
 *
 * @param index its place in the experiment, for messages
 * @param file the experiment file, which paths are relative to
 * @param classes the verbalizer's classes
 * @param placeholders the columns that stand in the template
 * @throws {InputError} on missing files, data without examples, or a class without words
 */
export async function loadTransfer(
  spec: TransferSpec,
  index: number,
  file: string,
  classes: readonly string[],
  placeholders: readonly string[],
  downloads: DownloadReporter,
): Promise<TransferSet> {
  const key = ["evaluation", "transfer", index], notes: string[] = [];
  const reading = { ...readingOf(spec), note: (line: string) => void notes.push(line) };
  const read = await withKeyContext(key, () => examplesOf(spec, file, placeholders, reading, downloads));
  const examples = readExamples(read, spec.clean);
  await withKeyContext(key, () => {
    if (examples.length === 0) throw new InputError(`the data '${spec.as}' have no examples`);
    checkWords(examples, classes, spec.label ?? "label", spec.as, spec.name === undefined);
    return Promise.resolve();
  });
  return { name: spec.as, examples, notes, sha256: sha256OfJson(examples) };
}

async function examplesOf(
  { name, path, file, source, revision, config, split, ...spec }: TransferSpec,
  experiment: string,
  placeholders: readonly string[],
  reading: Reading,
  downloads: DownloadReporter,
): Promise<readonly Example[]> {
  const { text = "text", label = "label", labels } = spec;
  const columns: Columns = { text, label, labels, placeholders };
  if (file !== undefined) {
    return await readTable(resolve(dirname(experiment), file), columns, reading);
  }
  if (source !== undefined) {
    const dataset = await findHubDataset(source, revision!, config, downloads);
    const files = await dataset.files(split!);
    return (await Promise.all(files.map((one) => readTable(one, columns, reading, split!)))).flat();
  }
  const folder: string = path === undefined ? join("data", name!) : resolve(dirname(experiment), path);
  return name === "rt-polarity"
    ? splitLikeTextcnn(await readRtPolarity(folder)).test
    : await readTable(join(folder, "test.tsv"), columns, reading);
}
