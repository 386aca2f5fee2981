import { equal } from "@std/assert/equal";
import type { KeyPath } from "../experiment/document.ts";
import { replacePaths } from "../experiment/replace_paths.ts";
import type { RunRecord } from "../results/read_run.ts";

/** A value on both sides; absent where a side has none. */
export interface Difference {
  readonly a?: unknown;
  readonly b?: unknown;
}

/** What differs, by its path. */
export type Differences = Readonly<Record<string, Difference>>;

/**
 * The differences between the resolved experiments of two groups of runs. Several seeds are listed. Paths, which are relative to their
 * run's folder, are compared without the way up from there, and not at all where they lead to the same model or data.
 */
export function experimentDifferences(a: readonly RunRecord[], b: readonly RunRecord[]): Differences {
  const described = (runs: readonly RunRecord[]) => {
    const seeds = runs.map(({ experiment }) => experiment.seed);
    const placed = replacePaths(
      runs[0]!.experiment,
      (written, key) => isSameInput(key, a[0]!, b[0]!) ? undefined : written.replace(/^(\.\.?\/)+/, ""),
    );
    return { ...placed, seed: seeds.length === 1 ? seeds[0] : seeds };
  };
  return differences(described(a), described(b));
}

/** Whether a key is one of the model or the data, and two runs had the same, or had the same of everything. */
function isSameInput([key]: KeyPath, { environment: a }: RunRecord, { environment: b }: RunRecord): boolean {
  const content = a.content_hash_without_paths;
  return content !== undefined && content === b.content_hash_without_paths ||
    (key === "model" || key === "dataset") && a[key].sha256 === b[key].sha256;
}

/** Keys of folders, which may differ for the same data. */
const DATA_FOLDERS = /^(dataset|transfer\..+)\.folder$/;

/** Keys that say where a model or data were found. */
const FOUND = /\.(source|folder|name)$/;

/** What differs in models, data, versions and devices. */
export function environmentDifferences([a]: readonly RunRecord[], [b]: readonly RunRecord[]): Differences {
  const described = ({ environment }: RunRecord) => {
    const { content_hash: _, seconds: __, seed: ___, self_check: ____, files: _____, ...others } =
      environment;
    const { content_hash_without_paths: ______, time: _______, ...rest } = others;
    return rest;
  };
  const found = Object.entries(differences(described(a!), described(b!)));
  const isPlace = (path: string) =>
    DATA_FOLDERS.test(path) || FOUND.test(path) && isSameInput(path.split("."), a!, b!);
  return Object.fromEntries(found.filter(([path]) => !isPlace(path)));
}

/** The differences between two values, by key path. Lists count as values. */
export function differences(a: unknown, b: unknown): Differences {
  return Object.fromEntries(walk(a, b, ""));
}

function walk(a: unknown, b: unknown, path: string): [string, Difference][] {
  if (equal(a, b)) return [];
  // Objects that a side lacks entirely are listed key by key, too.
  const [left, other] = [a ?? (isObject(b) ? {} : a), b ?? (isObject(a) ? {} : b)];
  if (isObject(left) && isObject(other)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(other)])];
    return keys.flatMap((key) => walk(left[key], other[key], path === "" ? key : `${path}.${key}`));
  }
  return [[path, { ...(a !== undefined && { a }), ...(b !== undefined && { b }) }]];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
