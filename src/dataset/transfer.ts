import { join, resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError, withKeyContext } from "../base/errors.ts";
import { findInnerFile } from "../disk/inner_file.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { Target } from "../experiment/template.ts";
import type { AnsweredTransfer } from "../experiment/text_types.ts";
import type { BuiltInTransfer, TransferSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type Columns, namedColumns, nameTheirColumns } from "./columns.ts";
import type { AnsweredExample, AnyExample, Example } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { datasetFolder } from "./dataset_folder.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { sha256OfJson } from "../base/sha256.ts";
import type { ReadTable } from "./read_source.ts";
import { Tables } from "./tables.ts";
import { splitLikeTextcnn } from "./split.ts";
import { readingOf } from "./table.ts";

/** Other data that a tuned prompt or model is scored on. */
export interface TransferSet<One extends AnyExample = Example> {
  readonly name: string;
  readonly examples: readonly One[];
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
  const table: ReadTable<Example> = async (path, name) =>
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

/** @param folder the folder that file names are relative to */
async function examplesOf(
  spec: TransferSpec,
  folder: string,
  table: ReadTable<Example>,
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<readonly Example[]> {
  const { clean } = spec;
  if (!("name" in spec)) return await readElsewhere(spec, folder, table, downloads);
  if (spec.name === RT_POLARITY.name) return splitLikeTextcnn(await files.rtPolarity(folder, clean)).test;
  const path: string = join(folder, "test.tsv");
  await findInnerFile(folder, path);
  return await table(path);
}

/** Reads a file, or a split of a dataset on the hub. @param folder the folder that file names are relative to */
async function readElsewhere<One extends AnyExample>(
  spec: Exclude<TransferSpec, BuiltInTransfer> | AnsweredTransfer,
  folder: string,
  table: ReadTable<One>,
  downloads: DownloadReporter,
): Promise<readonly One[]> {
  if ("file" in spec) return await table(resolve(folder, spec.file));
  const { source, revision, config, split } = spec;
  const dataset = await findHubDataset(source, revision, config, downloads);
  const paths = await dataset.files(split);
  return (await allDone(paths.map((path) => table(path, split)))).flat();
}

/**
 * Reads data with right answers to transfer to, as {@linkcode loadTransfer}.
 *
 * @param target the template of the right answers
 */
export async function loadAnsweredTransfer(
  spec: AnsweredTransfer,
  index: number,
  target: Target,
  file: string,
  placeholders: readonly string[],
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<TransferSet<AnsweredExample>> {
  const notes: string[] = [];
  const reading = { ...readingOf(spec), note: (line: string) => void notes.push(line) };
  const columns = { text: spec.text, placeholders, target };
  const table: ReadTable<AnsweredExample> = async (path, name) =>
    (await files.answered(path, columns, reading, spec.clean, name)).examples;
  const examples = await withKeyContext(["evaluation", "transfer", index], async () => {
    const found = await readElsewhere(spec, await datasetFolder(spec, file), table, downloads);
    if (found.length === 0) throw new InputError(`the data '${spec.as}' have no examples`);
    return found;
  });
  return { name: spec.as, examples, folder: null, notes, sha256: sha256OfJson(examples) };
}
