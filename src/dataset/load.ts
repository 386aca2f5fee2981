import { dirname, join, resolve } from "@std/path";
import { InputError, saidOfKey } from "../experiment/errors.ts";
import { RandomStream } from "../experiment/random_stream.ts";
import type { DatasetSpec, Split } from "../experiment/types.ts";
import type { HubListener } from "../hub/repository.ts";
import { clean } from "./clean.ts";
import type { Columns } from "./columns.ts";
import { classesOf, type Example, type Splits } from "./example.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { sha256OfJson } from "./sha256.ts";
import { splitByShares, splitLikeTextcnn, takeShare, takeShots } from "./split.ts";
import { readTable } from "./table.ts";

/** A dataset ready for an experiment. */
export interface Dataset extends Splits {
  /** In the order of the verbalizer. */
  readonly classes: readonly string[];
  /** The commit, for a dataset of the hub. */
  readonly revision: string | null;
  /** How many test texts stand in the training set, too. */
  readonly repeated: number;
  /** SHA-256 over all examples of all splits, ids and labels included. */
  readonly sha256: string;
}

/**
 * Reads, cleans and shares out an experiment's dataset.
 *
 * @param file the experiment file, which paths are relative to
 * @param classes the verbalizer's classes
 * @param seed the experiment's seed, for the validation set and the shots
 * @param placeholders the columns that stand in the template
 * @throws {InputError} on missing files, an empty dataset, a class without examples or without words
 */
export async function loadDataset(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  seed: number,
  placeholders: readonly string[],
  listener: HubListener,
): Promise<Dataset> {
  const { revision, ...base } = await readSplits(spec, file, placeholders, listener);
  const splits: Splits = {
    train: clean(base.train, spec.clean),
    validation: clean(base.validation, spec.clean),
    test: clean(base.test, spec.clean),
  };
  checkClasses(splits, classes, spec);
  const drawn = withValidation(splits, spec, seed);
  const train = spec.shots === undefined
    ? drawn.train
    : takeShots(drawn.train, spec.shots, new RandomStream(seed, "shots"));
  const shared = { ...drawn, train };
  const known = new Set(shared.train.map(({ text }) => text));
  const repeated = shared.test.filter(({ text }) => known.has(text)).length;
  const hash = sha256OfJson([shared.train, shared.validation, shared.test]);
  return { ...shared, classes, revision, repeated, sha256: hash };
}

/** What people call a dataset: its name, its id on the hub, or its file. */
export function datasetName({ name, source, file, split }: DatasetSpec): string {
  return name ?? source ?? file ?? (split as Extract<Split, { train: string }>).train;
}

async function readSplits(
  spec: DatasetSpec,
  file: string,
  placeholders: readonly string[],
  listener: HubListener,
): Promise<Splits & { revision: string | null }> {
  const { text = "text", label = "label", labels, split, delimiter, encoding } = spec;
  const columns: Columns = { text, label, labels, placeholders }, format = { delimiter, encoding };
  if (spec.source !== undefined) {
    return await readHubSplits(spec, spec.split as Exclude<Split, "textcnn">, spec.source, columns, listener);
  }
  const folder: string = spec.path !== undefined
    ? resolve(dirname(file), spec.path)
    : spec.name !== undefined
    ? join("data", spec.name)
    : dirname(file);
  const read = (name: string) => readTable(resolve(folder, name), columns, format);
  if (typeof split === "object" && "train" in split) {
    return { ...await splitByNames(split, read), revision: null };
  }
  const examples = spec.file !== undefined
    ? await read(spec.file)
    : spec.name === "rt-polarity"
    ? await readRtPolarity(folder)
    : (await Promise.all(["train.tsv", "validation.tsv", "test.tsv"].map(read))).flat();
  return {
    ...(split === "textcnn" ? splitLikeTextcnn(examples) : splitByShares(examples, split)),
    revision: null,
  };
}

async function readHubSplits(
  { revision, config }: DatasetSpec,
  split: Exclude<Split, "textcnn">,
  source: string,
  columns: Columns,
  listener: HubListener,
): Promise<Splits & { revision: string }> {
  const dataset = await saidOfKey(
    ["dataset", "source"],
    () => findHubDataset(source, revision!, config, listener),
  );
  const read = async (name: string) => {
    const files = await dataset.files(name);
    const parts = files.map((path, i) =>
      readTable(path, columns, {}, files.length > 1 ? `${name}.${i}` : name)
    );
    return (await Promise.all(parts)).flat();
  };
  const splits = "train" in split
    ? await splitByNames(split, read)
    : splitByShares(await read(split.of!), split);
  return { ...splits, revision: dataset.commit };
}

/** A split that the data come in. */
async function splitByNames(
  { train, validation, test }: Extract<Split, { train: string }>,
  read: (name: string) => Promise<Example[]>,
): Promise<Splits> {
  return {
    train: await read(train),
    validation: validation === undefined ? [] : await read(validation),
    test: await read(test),
  };
}

/** The validation set is taken from the training examples, where the split brings none of its own. */
function withValidation(splits: Splits, spec: DatasetSpec, seed: number): Splits {
  if (splits.validation.length > 0 || spec.validation === 0) return splits;
  const [validation, train] = takeShare(splits.train, spec.validation, new RandomStream(seed, "validation"));
  return { ...splits, train, validation };
}

function checkClasses(
  { train, validation, test }: Splits,
  classes: readonly string[],
  spec: DatasetSpec,
): void {
  const name = datasetName(spec);
  for (const [part, examples] of Object.entries({ training: train, test })) {
    if (examples.length === 0) {
      throw new InputError(`the dataset '${name}' is empty: it has no ${part} examples`);
    }
    const missing = classes.filter((one) => !examples.some(({ label }) => label === one));
    if (missing.length > 0) {
      throw new InputError(
        `the dataset '${name}' has no ${part} examples of the class '${missing[0]}' (its classes: ${
          classesOf(examples).join(", ")
        })`,
      );
    }
  }
  const strange = classesOf([...train, ...validation, ...test]).filter((one) => !classes.includes(one));
  if (strange.length > 0) {
    throw new InputError(
      `the verbalizer has no words for the class '${strange[0]}' of the dataset '${name}' (it has ${
        classes.join(", ")
      })`,
    );
  }
}
