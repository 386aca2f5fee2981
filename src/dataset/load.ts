import { resolve } from "@std/path";
import { findInnerFile } from "../disk/inner_file.ts";
import { allDone } from "../base/all_done.ts";
import { InputError, withKeyContext } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { RandomStream } from "../base/random_stream.ts";
import { RT_POLARITY } from "./rt_polarity.ts";
import type { DatasetKeys } from "../experiment/experiment_file.ts";
import type { AnsweredDataset } from "../experiment/text_types.ts";
import type { BuiltInDataset, DatasetSpec } from "../experiment/types.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import { type Columns, namedColumns, nameTheirColumns } from "./columns.ts";
import { countByClass, countsText } from "./class_counts.ts";
import type { AnyExample, Example, Splits } from "./example.ts";
import type { ExampleFiles } from "./example_files.ts";
import { datasetFolder } from "./dataset_folder.ts";
import { readParts, readSource, type ReadTable, type Whole } from "./read_source.ts";
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
  checkParts(splits, spec, (all) => countsText(all, classes));
  checkEachClass(splits, classes, spec);
  checkIds(splits, spec);
  const leftOut = tables.leftOut.counts;
  return { ...drawnBySeed(splits, spec, seed), classes, revision, folder, notes, leftOut };
}

/** A split with what the seed draws from its training set, and what is known of it then. */
export function drawnBySeed<One extends AnyExample>(
  splits: Splits<One>,
  spec: Pick<DatasetSpec, "validation" | "shots">,
  seed: number,
): Splits<One> & Pick<Dataset, "repeated" | "isDrawn" | "sha256"> {
  const drawn = withValidation(splits, spec, seed);
  const train = spec.shots === undefined
    ? drawn.train
    : takeShots(drawn.train, spec.shots, new RandomStream(seed, "shots"));
  const isDrawn = drawn !== splits || train !== drawn.train;
  const shared = { ...drawn, train };
  const known = new Set(shared.train.map(({ text }) => text));
  const repeated = shared.test.filter(({ text }) => known.has(text)).length;
  return {
    ...shared,
    repeated,
    isDrawn,
    sha256: sha256OfJson([shared.train, shared.validation, shared.test]),
  };
}

/** A dataset's display name: its name, its id on the hub, or its file. */
export function datasetName(spec: DatasetSpec | AnsweredDataset): string {
  if ("name" in spec) return spec.name;
  if ("source" in spec) return spec.source;
  return "file" in spec ? spec.file : spec.split.train;
}

/** The reader of a dataset's files, and the receivers of what is found in them. */
interface FileAccess {
  readonly files: ExampleFiles;
  readonly tables: Tables;
  readonly note: (line: string) => void;
}

async function readWhole(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  placeholders: readonly string[],
  downloads: DownloadReporter,
  { files, tables, note }: FileAccess,
): Promise<Whole<Example>> {
  const { id }: DatasetKeys = spec;
  const columns: Columns = { ...namedColumns(spec, classes), id, placeholders };
  const reading = { ...readingOf(spec), note };
  const table: ReadTable<Example> = async (path, name) =>
    tables.add(await files.table(path, columns, reading, spec.clean, name));
  if (!("name" in spec)) return await readSource(spec, file, table, downloads);
  const folder = await withKeyContext(["dataset", "name"], () => datasetFolder(spec, file));
  const read = async (name: string) => {
    const path: string = resolve(folder, name);
    await findInnerFile(folder, path);
    return await table(path);
  };
  return { ...await readBuiltIn(spec, folder, read, files), revision: null, folder };
}

async function readBuiltIn(
  { name, split, clean }: BuiltInDataset,
  folder: string,
  read: (name: string) => Promise<readonly Example[]>,
  files: ExampleFiles,
): Promise<Pick<Whole<Example>, "all" | "split">> {
  if (split !== "textcnn" && "train" in split) return await readParts(split, read);
  const examples = name === RT_POLARITY.name
    ? await files.rtPolarity(folder, clean)
    : (await allDone(["train.tsv", "validation.tsv", "test.tsv"].map(read))).flat();
  return {
    all: examples,
    split: () => split === "textcnn" ? splitLikeTextcnn(examples) : splitByShares(examples, split),
  };
}

/** The validation set is taken from the training examples, where the split has none of its own. */
function withValidation<One extends AnyExample>(
  splits: Splits<One>,
  spec: Pick<DatasetSpec, "validation">,
  seed: number,
): Splits<One> {
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

/**
 * Checks that there are examples to train on and to test with.
 *
 * @param counted the numbers of all examples, for the message
 * @throws {InputError} where there are none
 */
export function checkParts<One extends AnyExample>(
  { train, validation, test }: Splits<One>,
  spec: DatasetSpec | AnsweredDataset,
  counted: (all: readonly One[]) => string,
): void {
  for (const [part, examples] of Object.entries({ training: train, test })) {
    if (examples.length > 0) continue;
    const found = `the dataset '${datasetName(spec)}' has no ${part} examples (in total: ${
      counted([...train, ...validation, ...test])
    })`;
    throw new InputError(
      typeof spec.split === "object" && "train" in spec.split
        ? `${found}: its file has none`
        : `${found}: a split draws them only from ${
          "text" in spec && !("label" in spec) ? "two or more" : "classes with two or more"
        }`,
    );
  }
}

/** @throws {InputError} where a class has no examples in any part */
function checkEachClass(
  { train, validation, test }: Splits,
  classes: readonly string[],
  spec: DatasetSpec,
): void {
  const all = [...train, ...validation, ...test];
  const counts = countByClass(all);
  const missing = classes.find((one) => !counts.has(one));
  if (missing !== undefined) {
    throw new InputError(
      `the dataset '${datasetName(spec)}' has no examples of the class '${missing}' (${
        countsText(all, classes)
      }): remove it from 'verbalizer', or spell it as the data do`,
    );
  }
}

/** Checks that ids from a column are unique within all files of a set. */
export function checkIds<One extends AnyExample>(
  splits: Splits<One>,
  spec: DatasetSpec | AnsweredDataset,
): void {
  const { id }: DatasetKeys = spec;
  const { train, validation, test } = splits;
  for (const examples of id === undefined ? [] : [train, validation, test]) {
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
