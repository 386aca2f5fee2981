import { type DatasetKeys, type DatasetSplitKeys, DEFAULTS } from "./experiment_file.ts";
import type { HubSharesSplit, NamedSplit, SharesSplit } from "./types.ts";

/** The default split of examples. */
const SHARES = { test: 0.1, validation: 0.1, seed: DEFAULTS["dataset.split"].seed };

/** The most common split names of datasets that come split. */
const OWN_SPLITS = {
  "reviews-demo": { train: "train.tsv", validation: "validation.tsv", test: "test.tsv" },
  hub: { train: "train", test: "test" },
};

/** A split as a file writes it, before the check whether its keys go together. */
export type WrittenSplit = "textcnn" | DatasetSplitKeys;

/**
 * A split with every default written out. The default of an omitted `split` depends on the data,
 * so it is here and not in the schema: built-in datasets and those on the hub come split, and a file is split by shares.
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

/** Whether a split names its parts: files, or splits of a dataset on the hub. */
export function isNamedSplit(split: WrittenSplit): split is NamedSplit {
  return typeof split === "object" && split.train !== undefined && typeof split.test === "string" &&
    typeof split.validation !== "number";
}

/** Whether a split is by shares. */
export function isSharesSplit(split: WrittenSplit): split is SharesSplit {
  return typeof split === "object" && split.train === undefined && typeof split.test === "number" &&
    typeof split.validation === "number" && split.seed !== undefined;
}

/** Whether a split is by shares of one of a hub dataset's splits. */
export function isHubSharesSplit(split: WrittenSplit): split is HubSharesSplit {
  return isSharesSplit(split) && "of" in split;
}
