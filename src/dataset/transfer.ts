import { join, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError, withKeyContext } from "../base/errors.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { TransferSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type Columns, namedColumns, nameTheirColumns } from "./columns.ts";
import { checkWords } from "./class_counts.ts";
import type { Example } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { datasetFolder } from "./dataset_folder.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { sha256OfJson } from "../base/sha256.ts";
import { splitLikeTextcnn } from "./split.ts";
import { type Reading, readingOf } from "./table.ts";

/** Other data that a tuned prompt or model is scored on. */
export interface TransferSet {
  readonly name: string;
  readonly examples: readonly Example[];
  /** The folder of its files, for a built-in dataset. */
  readonly folder: string | null;
  /** Notes on how its files were read, one line each. */
  readonly notes: readonly string[];
  /** Over all examples, ids and labels included. */
  readonly sha256: string;
}

/**
 * Reads data to transfer to: all of a file, the test set of a built-in dataset, or a split of a hub dataset.
 *
 * @param index its place in the experiment, for messages
 * @param file the experiment file, which paths are relative to
 * @param classes the verbalizer's classes
 * @param placeholders the columns in the template
 * @param files the files that were read before
 * @throws {InputError} on missing files, data without examples, or a class without words
 */
export async function loadTransfer(
  spec: TransferSpec,
  index: number,
  file: string,
  classes: readonly string[],
  placeholders: readonly string[],
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<TransferSet> {
  const key = ["evaluation", "transfer", index];
  const notes: string[] = [];
  const reading = { ...readingOf(spec), note: (line: string) => void notes.push(line) };
  const { examples, folder } = await withKeyContext(key, async () => {
    const folder = await datasetFolder(spec, file);
    return { examples: await examplesOf(spec, folder, placeholders, reading, downloads, files), folder };
  });
  await withKeyContext(key, () => {
    if (examples.length === 0) throw new InputError(`the data '${spec.as}' have no examples`);
    checkWords(
      examples,
      classes,
      namedColumns(spec).label,
      spec.as,
      !("name" in spec),
      nameTheirColumns(spec),
    );
    return Promise.resolve();
  });
  return {
    name: spec.as,
    examples,
    folder: "name" in spec ? folder : null,
    notes,
    sha256: sha256OfJson(examples),
  };
}

/** @param folder the folder that file names are relative to */
async function examplesOf(
  spec: TransferSpec,
  folder: string,
  placeholders: readonly string[],
  reading: Reading,
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<readonly Example[]> {
  const { clean } = spec;
  const columns: Columns = { ...namedColumns(spec), placeholders };
  const table = (path: string, name?: string) => files.table(path, columns, reading, clean, name);
  if ("file" in spec) return await table(resolve(folder, spec.file));
  if ("source" in spec) {
    const { source, revision, config, split } = spec;
    const dataset = await findHubDataset(source, revision, config, downloads);
    const paths = await dataset.files(split);
    return (await allDone(paths.map((path) => table(path, split)))).flat();
  }
  if (spec.name === RT_POLARITY.name) return splitLikeTextcnn(await files.rtPolarity(folder, clean)).test;
  const path: string = join(folder, "test.tsv");
  await findInnerFile(folder, path);
  return await table(path);
}
