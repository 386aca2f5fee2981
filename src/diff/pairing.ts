import { InputError } from "../base/errors.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { RunGroup, SeededRun } from "./run_groups.ts";
import type { Side } from "./side.ts";

/** Two groups of runs that belong together. */
export interface GroupPair<Run extends SeededRun = RunRecord> {
  /** What to call the comparison; empty where there is only one. */
  readonly variant: string;
  readonly a: RunGroup<Run>;
  readonly b: RunGroup<Run>;
}

/** The pairs of groups that are compared, and the groups without a counterpart. */
export interface Pairing<Run extends SeededRun> {
  readonly pairs: readonly GroupPair<Run>[];
  readonly variantsOnlyInA: readonly string[];
  readonly variantsOnlyInB: readonly string[];
}

/**
 * Pairs the variants of two sides by their names; a side with one variant is compared with each variant of the other.
 *
 * @throws {InputError} where no variant is on both sides
 */
export function pairGroups<Run extends SeededRun>(a: Side<Run>, b: Side<Run>): Pairing<Run> {
  const single = a.groups.length === 1 || b.groups.length === 1;
  if (single) {
    const named = a.groups.length === 1 ? b.groups : a.groups;
    const pairs = a.groups.flatMap((left) => b.groups.map((other) => ({ a: left, b: other })));
    return {
      pairs: pairs.map((pair, i) => ({ variant: pairs.length === 1 ? "" : shownName(named[i]!), ...pair })),
      variantsOnlyInA: [],
      variantsOnlyInB: [],
    };
  }
  const names = (side: Side<Run>) => side.groups.map(shownName);
  const byName = new Map(b.groups.map((group) => [group.name, group]));
  const pairs = a.groups.flatMap((left) => {
    const other = byName.get(left.name);
    return other === undefined ? [] : [{ variant: shownName(left), a: left, b: other }];
  });
  if (pairs.length === 0) {
    throw new InputError(
      `${a.source} and ${b.source} have no variant in common (${names(a).slice(0, 3).join("; ")} … against ${
        names(b).slice(0, 3).join("; ")
      } …): compare two of them by their own folders`,
    );
  }
  const paired = new Set(pairs.map(({ variant }) => variant));
  return {
    pairs,
    variantsOnlyInA: names(a).filter((name) => !paired.has(name)),
    variantsOnlyInB: names(b).filter((name) => !paired.has(name)),
  };
}

/** A group's name among others; that of an experiment's own runs is empty. */
export function shownName({ name }: Pick<RunGroup, "name">): string {
  return name === "" ? "(base)" : name;
}
