import { dirname, join, resolve } from "@std/path";
import { InputError } from "../experiment/errors.ts";
import { RandomStream } from "../experiment/random_stream.ts";
import type { DatasetSpec } from "../experiment/types.ts";
import { clean } from "./clean.ts";
import { classesOf, type Example, type Splits } from "./example.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { sha256 } from "./sha256.ts";
import { splitByShares, splitLikeTextcnn, takeShare, takeShots } from "./split.ts";
import { readTable } from "./table.ts";

/** A dataset ready for an experiment. */
export interface Dataset extends Splits {
  /** In the order of the verbalizer. */
  readonly classes: readonly string[];
  /** SHA-256 over all examples of all splits, ids and labels included. */
  readonly sha256: string;
}

/**
 * Reads, cleans and shares out an experiment's dataset.
 *
 * @param file the experiment file, which paths are relative to
 * @param classes the verbalizer's classes
 * @param seed the experiment's seed, for the validation set and the shots
 * @throws {InputError} on missing files, an empty dataset, a class without examples or without words
 */
export async function loadDataset(
  spec: DatasetSpec,
  file: string,
  classes: readonly string[],
  seed: number,
): Promise<Dataset> {
  const base = await readSplits(spec, file);
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
  const bytes = new TextEncoder().encode(JSON.stringify([shared.train, shared.validation, shared.test]));
  return { ...shared, classes, sha256: await sha256(bytes) };
}

async function readSplits(spec: DatasetSpec, file: string): Promise<Splits> {
  const { split } = spec;
  const folder: string = spec.path === undefined
    ? join("data", spec.name ?? "")
    : resolve(dirname(file), spec.path);
  if (typeof split === "object" && "train" in split) {
    const columns = { text: "text", label: "label" };
    const read = (name: string) => readTable(join(folder, name), columns);
    const [train, test] = [await read(split.train), await read(split.test)];
    return { train, test, validation: split.validation === undefined ? [] : await read(split.validation) };
  }
  const examples = await readExamples(spec, file, folder);
  return split === "textcnn" ? splitLikeTextcnn(examples) : splitByShares(examples, split);
}

async function readExamples(spec: DatasetSpec, file: string, folder: string): Promise<Example[]> {
  if (spec.file !== undefined) {
    return await readTable(resolve(dirname(file), spec.file), { text: spec.text!, label: spec.label! });
  }
  if (spec.name === "rt-polarity") return await readRtPolarity(folder);
  const parts = ["train.tsv", "validation.tsv", "test.tsv"].map((name) =>
    readTable(join(folder, name), { text: "text", label: "label" })
  );
  return (await Promise.all(parts)).flat();
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
  const name = spec.name ?? spec.file;
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
