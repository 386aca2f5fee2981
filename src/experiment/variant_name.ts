import { fileNamePart, shortened } from "../base/file_name.ts";
import type { Override } from "./override.ts";

/** The longest keys and values in a name, in characters, and the longest names, in bytes, for file systems and readers. */
const LONGEST_KEY = 60;
const LONGEST_VALUE = 40;
const LONGEST_NAME = 180;

/** Last keys that are unclear without the key above them. */
const BARE = new Set(["name", "from", "file", "source"]);

/**
 * A variant's name, also that of its folder: what differs, such as `length=20,seed=1`. A key is written with as little of its path
 * as makes it unique; a key or value that cannot be part of a folder's name ends in its hash.
 *
 * @param overrides what differs from the file
 * @param named the name that the file gives these overrides, if any
 */
export function variantName(overrides: readonly Override[], named?: string): string {
  const labels = keyLabels(overrides.map(({ path }) => path.join(".")));
  const parts = overrides.map(({ value }, i) => {
    const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
    return `${fileNamePart(labels[i]!, LONGEST_KEY)}=${fileNamePart(text, LONGEST_VALUE)}`;
  });
  return shortened([...(named === undefined ? [] : [named]), ...parts].join(","), LONGEST_NAME);
}

/** Paths, shortened as far as they stay unique. */
export function keyLabels(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("."));
  const counts = split.map((keys) => BARE.has(keys.at(-1)!) ? 2 : 1);
  const tail = (keys: readonly string[], count: number) => keys.slice(-count).join(".");
  const longest = split.reduce((most, { length }) => Math.max(most, length), 0);
  for (let count = 1; count < longest && counts.some((one) => one >= count); count++) {
    const tails = new Map<string, number>();
    for (const keys of split) {
      const own = tail(keys, count);
      tails.set(own, (tails.get(own) ?? 0) + 1);
    }
    for (const [i, keys] of split.entries()) {
      if (counts[i] === count && count < keys.length && tails.get(tail(keys, count))! > 1) counts[i]!++;
    }
  }
  return split.map((keys, i) => tail(keys, counts[i]!));
}
