import { type DatasetKeys, type DatasetSplitKeys, DEFAULTS } from "./experiment_file.ts";
import type { HubSharesSplit, NamedSplit, SharesSplit } from "./types.ts";

/** How examples are shared out where nothing says so. */
const SHARES = { test: 0.1, validation: 0.1, seed: DEFAULTS["dataset.split"].seed };

/** The splits that a dataset which has its own has most often. */
const OWN_SPLITS = {
  "reviews-demo": { train: "train.tsv", validation: "validation.tsv", test: "test.tsv" },
  hub: { train: "train", test: "test" },
};

/** How a file shares examples out, not checked yet for whether its keys go together. */
export type WrittenSplit = "textcnn" | DatasetSplitKeys;

/**
 * How examples are shared out, with every default written out. What stands for a `split` that is left out depends on the data,
 * so it is here and not in the schema: data that the program knows and those of the hub come split, and a file is shared out.
 */
export function resolveSplit(
  { name, source, split }: Pick<DatasetKeys, "name" | "source" | "split">,
): WrittenSplit {
  if (split === undefined) {
    if (name === "rt-polarity") return "textcnn";
    if (name !== undefined) return OWN_SPLITS[name];
    return source === undefined ? SHARES : OWN_SPLITS.hub;
  }
  if (split === "textcnn" && source === undefined) return split;
  if (typeof split === "string") return { ...SHARES, of: split };
  if (split.train !== undefined) return split;
  const { of, ...shares } = DEFAULTS["dataset.split"];
  return { ...shares, ...(source !== undefined && { of }), ...split };
}

/** Whether a split is one by names: of files, or of the splits of a dataset of the hub. */
export function isNamedSplit(split: WrittenSplit): split is NamedSplit {
  return typeof split === "object" && split.train !== undefined && typeof split.test === "string" &&
    typeof split.validation !== "number";
}

/** Whether a split is one by shares. */
export function isSharesSplit(split: WrittenSplit): split is SharesSplit {
  return typeof split === "object" && split.train === undefined && typeof split.test === "number" &&
    typeof split.validation === "number" && split.seed !== undefined;
}

/** Whether a split is one by shares of a split of a dataset of the hub. */
export function isHubSharesSplit(split: WrittenSplit): split is HubSharesSplit {
  return isSharesSplit(split) && "of" in split;
}
