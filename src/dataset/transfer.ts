import { join, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { withKeyContext } from "../base/errors.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { TransferSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type Columns, namedColumns, nameTheirColumns } from "./columns.ts";
import type { Example } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { datasetFolder } from "./dataset_folder.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { sha256OfJson } from "../base/sha256.ts";
import { Tables } from "./tables.ts";
import { splitLikeTextcnn } from "./split.ts";
import { readingOf } from "./table.ts";

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
  const tables = new Tables();
  const columns: Columns = { ...namedColumns(spec, classes), placeholders };
  const table: ReadTable = async (path, name) =>
    tables.add(await files.table(path, columns, reading, spec.clean, name));
  const { examples, folder } = await withKeyContext(key, async () => {
    const folder = await datasetFolder(spec, file);
    const examples = await examplesOf(spec, folder, table, downloads, files);
    tables.check(examples, classes, `the data '${spec.as}' have no examples`, {
      of: spec.as,
      key: key.join("."),
      name: columns.label,
      labels: columns.labels,
      canBeMapped: !("name" in spec),
      isNamed: nameTheirColumns(spec),
    });
    return { examples, folder };
  });
  return {
    name: spec.as,
    examples,
    folder: "name" in spec ? folder : null,
    notes,
    sha256: sha256OfJson(examples),
  };
}

/** Reads a table: its path, and its name in the examples' ids. */
type ReadTable = (path: string, name?: string) => Promise<readonly Example[]>;

/** @param folder the folder that file names are relative to */
async function examplesOf(
  spec: TransferSpec,
  folder: string,
  table: ReadTable,
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<readonly Example[]> {
  const { clean } = spec;
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
