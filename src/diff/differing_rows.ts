import { equal } from "@std/assert/equal";
import type { Comparison } from "./compare.ts";
import type { Difference } from "./differences.ts";

/** A key that differs, and its values. */
export type DifferingRow = readonly [path: string, difference: Difference];

/** What differs in the experiments and environments of several comparisons, each row once. */
export interface DifferingRows {
  /** The same in all comparisons; empty where there is only one. */
  readonly shared: readonly DifferingRow[];
  /** What else differs in each comparison. */
  readonly own: readonly (readonly DifferingRow[])[];
}

/** What differs in comparisons: what is the same in all of them, and what is each one's own. */
export function differingRows(
  comparisons: readonly Pick<Comparison, "experiment" | "environment">[],
): DifferingRows {
  const all = comparisons.map(({ experiment, environment }) => ({ ...experiment, ...environment }));
  const [first, ...others] = all;
  const isShared = ([path, difference]: DifferingRow) =>
    others.length > 0 && others.every((other) => equal(other[path], difference));
  const shared = Object.entries(first ?? {}).filter(isShared);
  const paths = new Set(shared.map(([path]) => path));
  return { shared, own: all.map((rows) => Object.entries(rows).filter(([path]) => !paths.has(path))) };
}
