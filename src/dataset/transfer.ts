import { dirname, join, resolve } from "@std/path";
import { InputError, saidOfKey } from "../experiment/errors.ts";
import type { TransferSpec } from "../experiment/types.ts";
import type { HubListener } from "../hub/repository.ts";
import { clean } from "./clean.ts";
import type { Columns } from "./columns.ts";
import { classesOf, type Example } from "./example.ts";
import { findHubDataset } from "./hub_dataset.ts";
import { readRtPolarity } from "./rt_polarity.ts";
import { sha256OfJson } from "./sha256.ts";
import { splitLikeTextcnn } from "./split.ts";
import { readTable } from "./table.ts";

/** Other data that what was tuned is scored on. */
export interface TransferSet {
  readonly name: string;
  readonly examples: readonly Example[];
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
  listener: HubListener,
): Promise<TransferSet> {
  const key = ["evaluation", "transfer", index];
  const read = await saidOfKey(key, () => readExamples(spec, file, placeholders, listener));
  const examples = clean(read, spec.clean),
    strange = classesOf(examples).filter((one) => !classes.includes(one));
  await saidOfKey(key, () => {
    if (examples.length === 0) throw new InputError(`the data '${spec.as}' have no examples`);
    if (strange.length > 0) {
      throw new InputError(
        `the verbalizer has no words for the class '${strange[0]}' of '${spec.as}' (it has ${
          classes.join(", ")
        }): say by 'labels' which class it is, or null to leave it out`,
      );
    }
    return Promise.resolve();
  });
  return { name: spec.as, examples, sha256: sha256OfJson(examples) };
}

async function readExamples(
  { name, path, file, source, revision, config, split, delimiter, encoding, ...spec }: TransferSpec,
  experiment: string,
  placeholders: readonly string[],
  listener: HubListener,
): Promise<readonly Example[]> {
  const { text = "text", label = "label", labels } = spec;
  const columns: Columns = { text, label, labels, placeholders };
  if (file !== undefined) {
    return await readTable(resolve(dirname(experiment), file), columns, { delimiter, encoding });
  }
  if (source !== undefined) {
    const dataset = await findHubDataset(source, revision!, config, listener);
    const files = await dataset.files(split!);
    return (await Promise.all(files.map((one) => readTable(one, columns, {}, split!)))).flat();
  }
  const folder: string = path === undefined ? join("data", name!) : resolve(dirname(experiment), path);
  return name === "rt-polarity"
    ? splitLikeTextcnn(await readRtPolarity(folder)).test
    : await readTable(join(folder, "test.tsv"), columns, {});
}
