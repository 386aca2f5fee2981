import { resolve } from "@std/path";
import { findInnerFile } from "../disk/inner_file.ts";
import { allDone } from "../base/all_done.ts";
import { InputError, withKeyContext } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { RandomStream } from "../base/random_stream.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { DatasetKeys } from "../experiment/experiment_file.ts";
import type { BuiltInDataset, DatasetSpec, HubDataset, NamedSplit } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type Columns, namedColumns, nameTheirColumns } from "./columns.ts";
import { countByClass, countsText } from "./class_counts.ts";
import type { Example, Splits } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { datasetFolder } from "./dataset_folder.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { sha256OfJson } from "../base/sha256.ts";
import type { DropReason } from "./left_out.ts";
import { Tables } from "./tables.ts";
import { splitByShares, splitLikeTextcnn, takeShare, takeShots } from "./split.ts";
import { readingOf } from "./table.ts";

/** A dataset ready for an experiment. */
export interface Dataset extends Splits {
  /** The classes, in the order of the verbalizer. */
  readonly classes: readonly string[];
  /** The commit, for a dataset on the hub. */
  readonly revision: string | null;
  /** The folder of its files, for a built-in dataset. */
  readonly folder: string | null;
  /** The number of test texts that are also in the training set. */
  readonly repeated: number;
  /** Notes on how its files were read, one line each. */
  readonly notes: readonly string[];
  /** The number of lines that are no examples, by the reason. */
  readonly leftOut: Readonly<Partial<Record<DropReason, number>>>;
  /** Whether the experiment's seed has a part in it: it draws the validation set, or the shots. */
  readonly isDrawn: boolean;
  /** SHA-256 over all examples of all splits, ids and labels included. */
  readonly sha256: string;
}

/**
 * Reads, cleans and splits an experiment's dataset.
 *
 * @param file the experiment file, which paths are relative to
 * @param classes the verbalizer's classes
 * @param seed the experiment's seed, for the validation set and the shots
 * @param placeholders the columns in the template
 * @param files the files that were read before
 * @throws {InputError} on missing files, an empty dataset, a class without any examples or without words
 */
export async function loadDataset(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  seed: number,
  placeholders: readonly string[],
  downloads: DownloadReporter,
  files: ExampleFiles,
): Promise<Dataset> {
  const notes: string[] = [];
  const tables = new Tables();
  const { all, split, revision, folder } = await readWhole(spec, file, classes, placeholders, downloads, {
    files,
    tables,
    note: (line) => notes.push(line),
  });
  checkClasses(tables, all, classes, spec);
  const splits = split();
  checkParts(splits, classes, spec);
  checkIds(splits, spec);
  const drawn = withValidation(splits, spec, seed);
  const train = spec.shots === undefined
    ? drawn.train
    : takeShots(drawn.train, spec.shots, new RandomStream(seed, "shots"));
  const isDrawn = drawn !== splits || train !== drawn.train;
  const shared = { ...drawn, train };
  const known = new Set(shared.train.map(({ text }) => text));
  const repeated = shared.test.filter(({ text }) => known.has(text)).length;
  const hash = sha256OfJson([shared.train, shared.validation, shared.test]);
  const leftOut = tables.leftOut.counts;
  return { ...shared, classes, revision, folder, repeated, notes, leftOut, isDrawn, sha256: hash };
}

/** A dataset's display name: its name, its id on the hub, or its file. */
export function datasetName(spec: DatasetSpec): string {
  if ("name" in spec) return spec.name;
  if ("source" in spec) return spec.source;
  return "file" in spec ? spec.file : spec.split.train;
}

/** A dataset before it is split. */
interface Whole {
  readonly all: readonly Example[];
  readonly split: () => Splits;
  readonly revision: string | null;
  /** Only for a built-in dataset. */
  readonly folder: string | null;
}

/** The reader of a dataset's files, and the receivers of what is found in them. */
interface FileAccess {
  readonly files: ExampleFiles;
  readonly tables: Tables;
  readonly note: (line: string) => void;
}

/** Reads a table: its path, and its name in the examples' ids. */
type ReadTable = (path: string, name?: string) => Promise<readonly Example[]>;

async function readWhole(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  placeholders: readonly string[],
  downloads: DownloadReporter,
  { files, tables, note }: FileAccess,
): Promise<Whole> {
  const { id }: DatasetKeys = spec;
  const columns: Columns = { ...namedColumns(spec, classes), id, placeholders };
  const reading = { ...readingOf(spec), note };
  const table: ReadTable = async (path, name) =>
    tables.add(await files.table(path, columns, reading, spec.clean, name));
  if ("source" in spec) return await readHub(spec, table, downloads);
  const folder = await withKeyContext(["dataset", "name"], () => datasetFolder(spec, file));
  const read = async (name: string) => {
    const path: string = resolve(folder, name);
    if ("name" in spec) await findInnerFile(folder, path);
    return await table(path);
  };
  if ("name" in spec) return { ...await readBuiltIn(spec, folder, read, files), revision: null, folder };
  const found = { revision: null, folder: null };
  if (!("file" in spec)) return { ...await readParts(spec.split, read), ...found };
  const examples = await read(spec.file);
  return { all: examples, split: () => splitByShares(examples, spec.split), ...found };
}

async function readBuiltIn(
  { name, split, clean }: BuiltInDataset,
  folder: string,
  read: (name: string) => Promise<readonly Example[]>,
  files: ExampleFiles,
): Promise<Pick<Whole, "all" | "split">> {
  if (split !== "textcnn" && "train" in split) return await readParts(split, read);
  const examples = name === RT_POLARITY.name
    ? await files.rtPolarity(folder, clean)
    : (await allDone(["train.tsv", "validation.tsv", "test.tsv"].map(read))).flat();
  return {
    all: examples,
    split: () => split === "textcnn" ? splitLikeTextcnn(examples) : splitByShares(examples, split),
  };
}

async function readHub(
  { source, revision, config, split }: HubDataset,
  table: ReadTable,
  downloads: DownloadReporter,
): Promise<Whole> {
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
async function readParts(
  { train, validation, test }: NamedSplit,
  read: (name: string) => Promise<readonly Example[]>,
): Promise<Pick<Whole, "all" | "split">> {
  const splits: Splits = {
    train: await read(train),
    validation: validation === undefined ? [] : await read(validation),
    test: await read(test),
  };
  return { all: [...splits.train, ...splits.validation, ...splits.test], split: () => splits };
}

/** The validation set is taken from the training examples, where the split has none of its own. */
function withValidation(splits: Splits, spec: DatasetSpec, seed: number): Splits {
  if (splits.validation.length > 0 || spec.validation === 0) return splits;
  const [validation, train] = takeShare(splits.train, spec.validation, new RandomStream(seed, "validation"));
  return { ...splits, train, validation };
}

/** @throws {InputError} where there are no examples at all, or examples of a class without words */
function checkClasses(
  tables: Tables,
  all: readonly Example[],
  classes: readonly string[],
  spec: DatasetSpec,
): void {
  const name = datasetName(spec);
  const { label, labels } = namedColumns(spec, classes);
  tables.check(all, classes, `the dataset '${name}' is empty: it has no examples`, {
    of: name,
    key: "dataset",
    name: label,
    labels,
    canBeMapped: !("name" in spec),
    isNamed: nameTheirColumns(spec),
  });
}

/** @throws {InputError} where a part of the split has no examples, or a class has none in any part */
function checkParts(splits: Splits, classes: readonly string[], spec: DatasetSpec): void {
  const { train, validation, test } = splits;
  const name = datasetName(spec);
  const all = [...train, ...validation, ...test];
  for (const [part, examples] of Object.entries({ training: train, test })) {
    if (examples.length > 0) continue;
    const found = `the dataset '${name}' has no ${part} examples (in total: ${countsText(all, classes)})`;
    throw new InputError(
      typeof spec.split === "object" && "train" in spec.split
        ? `${found}: its file has none`
        : `${found}: a split draws them only from classes with two or more`,
    );
  }
  const counts = countByClass(all);
  const missing = classes.find((one) => !counts.has(one));
  if (missing !== undefined) {
    throw new InputError(
      `the dataset '${name}' has no examples of the class '${missing}' (${
        countsText(all, classes)
      }): remove it from 'verbalizer', or spell it as the data do`,
    );
  }
}

/** Checks that ids from a column are unique within all files of a set. */
function checkIds(splits: Splits, spec: DatasetSpec): void {
  const { id }: DatasetKeys = spec;
  for (const examples of id === undefined ? [] : Object.values<readonly Example[]>({ ...splits })) {
    const seen = new Set<string>();
    for (const one of examples) {
      if (seen.has(one.id)) {
        throw new InputError(
          message`two examples of the dataset '${datasetName(spec)}' have the '${id!}' '${
            ofFile(one.id)
          }': ids must be unique`,
        );
      }
      seen.add(one.id);
    }
  }
}
