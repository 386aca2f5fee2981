import type { RunRow } from "../view_data.ts";

/** The two sides of a comparison, by the keys of their runs. */
export interface Sides {
  readonly a: ReadonlySet<string>;
  readonly b: ReadonlySet<string>;
}

/** A selection with some runs added, or, where all of them are in it, without them. */
export function toggled(selected: ReadonlySet<string>, runs: readonly RunRow[]): Set<string> {
  const keys = new Set(runs.map(({ key }) => key));
  return keys.isSubsetOf(selected) ? selected.difference(keys) : selected.union(keys);
}

/** The sides at first: the runs that a baseline was made of against nothing. */
export function firstSides(rows: readonly RunRow[]): Sides {
  const a = rows.filter(({ baselines }) => baselines.includes("main")).map(({ key }) => key);
  return { a: new Set(a), b: new Set() };
}

/** The rows of some keys, in the order of the rows. */
export function rowsOf(rows: readonly RunRow[], keys: ReadonlySet<string>): RunRow[] {
  return rows.filter(({ key }) => keys.has(key));
}
