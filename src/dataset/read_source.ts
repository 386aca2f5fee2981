import { resolve } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { withKeyContext } from "../base/errors.ts";
import type { AnsweredDataset } from "../experiment/text_types.ts";
import type { BuiltInDataset, DatasetSpec, HubSharesSplit, NamedSplit } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { datasetFolder } from "./dataset_folder.ts";
import type { AnyExample, Splits } from "./example.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { splitByShares } from "./split.ts";

/** A dataset before it is split. */
export interface Whole<One extends AnyExample> {
  readonly all: readonly One[];
  readonly split: () => Splits<One>;
  readonly revision: string | null;
  /** Only for a built-in dataset. */
  readonly folder: string | null;
}

/** Reads a table: its path, and its name in the examples' ids. */
export type ReadTable<One extends AnyExample> = (path: string, name?: string) => Promise<readonly One[]>;

/**
 * Reads the files of a dataset that is not built in.
 *
 * @param file the experiment file, which paths are relative to
 * @throws {InputError} on missing files
 */
export async function readSource<One extends AnyExample>(
  spec: Exclude<DatasetSpec, BuiltInDataset> | AnsweredDataset,
  file: string,
  table: ReadTable<One>,
  downloads: DownloadReporter,
): Promise<Whole<One>> {
  if ("source" in spec) return await readHub(spec, table, downloads);
  const folder = await datasetFolder(spec, file);
  const read = (name: string) => table(resolve(folder, name));
  const found = { revision: null, folder: null };
  if (!("file" in spec)) return { ...await readParts(spec.split, read), ...found };
  const examples = await read(spec.file);
  return { all: examples, split: () => splitByShares(examples, spec.split), ...found };
}

async function readHub<One extends AnyExample>(
  { source, revision, config, split }: {
    readonly source: string;
    readonly revision: string;
    readonly config?: string;
    readonly split: HubSharesSplit | NamedSplit;
  },
  table: ReadTable<One>,
  downloads: DownloadReporter,
): Promise<Whole<One>> {
  const dataset = await withKeyContext(
    ["dataset", "source"],
    () => findHubDataset(source, revision, config, downloads),
  );
  const read = async (name: string) => {
    const files = await dataset.files(name);
    const parts = files.map((path, i) => table(path, files.length > 1 ? `${name}.${i}` : name));
    return (await allDone(parts)).flat();
  };
  const found = { revision: dataset.commit, folder: null };
  if ("train" in split) return { ...await readParts(split, read), ...found };
  const examples = await read(split.of);
  return { all: examples, split: () => splitByShares(examples, split), ...found };
}

/** A split that comes with the data. */
export async function readParts<One extends AnyExample>(
  { train, validation, test }: NamedSplit,
  read: (name: string) => Promise<readonly One[]>,
): Promise<Pick<Whole<One>, "all" | "split">> {
  const splits: Splits<One> = {
    train: await read(train),
    validation: validation === undefined ? [] : await read(validation),
    test: await read(test),
  };
  return { all: [...splits.train, ...splits.validation, ...splits.test], split: () => splits };
}
