import { equal } from "@std/assert/equal";
import { partAt } from "../experiment/schema_part.ts";
import type { RunRecord } from "../results/read_run.ts";

/** A value on both sides; absent where a side has none. */
export interface Difference {
  readonly a?: unknown;
  readonly b?: unknown;
}

/** What differs, by its path. */
export type Differences = Readonly<Record<string, Difference>>;

/**
 * The differences between the resolved experiments of two groups of runs. Several seeds are listed. Paths are relative to their run's
 * folder: they differ where their ends do, unless they lead to the same model or data.
 */
export function experimentDifferences(a: readonly RunRecord[], b: readonly RunRecord[]): Differences {
  const described = (runs: readonly RunRecord[]) => {
    const seeds = runs.map(({ experiment }) => experiment.seed);
    return { ...runs[0]!.experiment, seed: seeds.length === 1 ? seeds[0] : seeds };
  };
  const found = Object.entries(differences(described(a), described(b)));
  const isSame = ([path, difference]: [string, Difference]) =>
    isPath(path) && (isSameInput(path, a[0]!, b[0]!) || equal(end(difference.a), end(difference.b)));
  return Object.fromEntries(found.filter((one) => !isSame(one)));
}

/** Whether the values of a key, or of the list that it is, are paths. */
function isPath(path: string): boolean {
  const part = partAt(path.split("."));
  return [part, part?.items].some((one) => one?.format === "path");
}

/** Whether a key is one of the model or the data, and two runs had the same. */
function isSameInput(path: string, { environment: a }: RunRecord, { environment: b }: RunRecord): boolean {
  const [key] = path.split(".");
  return (key === "model" || key === "dataset") && a[key].sha256 === b[key].sha256;
}

/** A path, or each of a list, without the way up from a run's folder. */
function end(path: unknown): unknown {
  if (Array.isArray(path)) return path.map(end);
  return typeof path === "string" ? path.replace(/^(\.\.?\/)+/, "") : path;
}

/** Keys of folders, which may differ for the same data. */
const DATA_FOLDERS = /^(dataset|transfer\..+)\.folder$/;

/** What differs in models, data, versions and devices. */
export function environmentDifferences([a]: readonly RunRecord[], [b]: readonly RunRecord[]): Differences {
  const described = ({ environment }: RunRecord) => {
    const { content_hash: _, seconds: __, seed: ___, self_check: ____, files: _____, ...others } =
      environment;
    const { content_hash_without_paths: ______, time: _______, ...rest } = others;
    return rest;
  };
  const found = Object.entries(differences(described(a!), described(b!)));
  return Object.fromEntries(found.filter(([path]) => !DATA_FOLDERS.test(path)));
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
