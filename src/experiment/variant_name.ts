import { fnv1a } from "../base/fnv.ts";
import type { Override } from "./override.ts";

/** The longest value shown in a name, in characters, for file systems and readers. */
const LONGEST_VALUE = 40;
const LONGEST_NAME = 180;

/** Last keys that are unclear without the key above them. */
const BARE = new Set(["name", "from", "file", "source"]);

/**
 * A variant's name, also that of its folder: what differs, such as `length=20,seed=1`. A key is written with as little of its path
 * as makes it unique; a value that cannot be part of a folder's name ends in its hash.
 *
 * @param overrides what differs from the file
 * @param named the name that the file gives these overrides, if any
 */
export function variantName(overrides: readonly Override[], named?: string): string {
  const labels = keyLabels(overrides.map(({ path }) => path.join(".")));
  const parts = overrides.map(({ value }, i) => `${labels[i]}=${shown(value)}`);
  const name = [...(named === undefined ? [] : [named]), ...parts].join(",");
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}~${hash(name)}`;
}

/** A name folded as file systems do that ignore case or Unicode normalization. */
export function foldedName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** Paths, shortened as far as they stay unique. */
export function keyLabels(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("."));
  const tail = (keys: readonly string[], count: number) => keys.slice(-count).join(".");
  return split.map((keys, i) => {
    let count = BARE.has(keys.at(-1)!) ? 2 : 1;
    const isShared = () => split.some((other, j) => j !== i && tail(other, count) === tail(keys, count));
    while (count < keys.length && isShared()) count++;
    return tail(keys, count);
  });
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  const plain = text.replace(/[^\p{L}\p{N}._+-]+/gu, "_").replace(/^_+|_+$/g, "");
  const isWhole = plain === text && plain.length <= LONGEST_VALUE && !/^\.*$|\.(?:partial)?$/.test(plain);
  return isWhole ? plain : `${plain.slice(0, LONGEST_VALUE)}~${hash(text)}`;
}

/** A hash of six digits, enough to distinguish a sweep's values. */
function hash(text: string): string {
  return fnv1a(text).toString(16).padStart(8, "0").slice(0, 6);
}
