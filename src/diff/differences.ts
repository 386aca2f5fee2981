import { equal } from "@std/assert/equal";
import { replacePaths } from "../experiment/replace_paths.ts";
import type { AnyAbout } from "../results/read_run.ts";

/** What is compared of a run, of whatever form its answers are. */
type ComparedRun = Pick<AnyAbout, "experiment" | "environment">;

/** A value on both sides; absent where a side has none. */
export interface Difference {
  readonly a?: unknown;
  readonly b?: unknown;
}

/** What differs, by its path. */
export type Differences = Readonly<Record<string, Difference>>;

/**
 * The differences between the resolved experiments of two groups of runs. Several seeds are listed. Paths, which are relative to their
 * run's folder, are compared without the way up from there, and not at all where all that the runs read was the same.
 */
export function experimentDifferences(a: readonly ComparedRun[], b: readonly ComparedRun[]): Differences {
  const [one, other] = [a, b].map((runs) => runs[0]!.environment.content_hash_without_paths);
  const isSame = one !== undefined && one === other;
  const described = (runs: readonly ComparedRun[]) => {
    const seeds = runs.map(({ experiment }) => experiment.seed);
    const placed = replacePaths(
      runs[0]!.experiment,
      (written) => isSame ? undefined : written.replace(/^(\.\.?\/)+/, ""),
    );
    return { ...placed, seed: seeds.length === 1 ? seeds[0] : seeds };
  };
  return differences(described(a), described(b));
}

/** Keys of folders, which may differ for the same data, and of counts, which earlier runs lack: their hashes tell data apart. */
const DATA_DETAILS = /^(dataset|transfer\..+)\.folder$|^dataset\.(classes|left_out)\./;

/** Keys of what two runs of one experiment differ in, too: hashes of what else is compared, and measurements. */
const OF_ONE_RUN: ReadonlySet<string> = new Set<keyof ComparedRun["environment"]>([
  "content_hash",
  "content_hash_without_paths",
  "files",
  "files_bytes",
  "peak_memory_bytes",
  "seconds",
  "seed",
  "self_check",
  "time",
  "tokens_per_second",
]);

/** What differs in models, data, versions and devices. */
export function environmentDifferences(
  [a]: readonly ComparedRun[],
  [b]: readonly ComparedRun[],
): Differences {
  const described = ({ environment }: ComparedRun) =>
    Object.fromEntries(Object.entries(environment).filter(([key]) => !OF_ONE_RUN.has(key)));
  const found = Object.entries(differences(described(a!), described(b!)));
  return Object.fromEntries(found.filter(([path]) => !DATA_DETAILS.test(path)));
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
    return keys.flatMap((key) => walk(own(left, key), own(other, key), path === "" ? key : `${path}.${key}`));
  }
  return [[path, { ...(a !== undefined && { a }), ...(b !== undefined && { b }) }]];
}

/** The value of a key, such as a class, that one side may have and the other not: `constructor` is no value of an object without it. */
function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
