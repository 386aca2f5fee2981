import { counted } from "../base/counted.ts";
import { shownName } from "./pairing.ts";
import type { RunGroup, SeededRun } from "./run_groups.ts";
import type { ReadSide } from "./side.ts";

/**
 * The runs that a comparison of two sides lacks, a line each: those that are not complete, and those that one side has and the
 * other has not. A run that is named by itself is compared with whatever the other side has.
 */
export function missingRuns(a: AnySide, b: AnySide): string[] {
  const sides = [{ name: "A", side: a, other: b }, { name: "B", side: b, other: a }];
  const unfinished = sides.flatMap(({ name, side }) =>
    side.unfinished.map((path) => `${name} has a run that is not complete: ${path}`)
  );
  if (a.isOneRun || b.isOneRun) return unfinished;
  const lacking = sides.flatMap(({ name, side, other }) =>
    lackedRuns(side, other).map(({ count, runs }) =>
      `${name} lacks ${counted(count, "run")} of ${name === "A" ? "B" : "A"}: ${runs}`
    )
  );
  return [...unfinished, ...lacking];
}

/** A side of whatever form its runs' answers are. */
type AnySide = ReadSide<SeededRun>;
type AnyGroup = RunGroup<SeededRun>;

/** Runs that a side lacks: their number, and what they are called. */
interface LackedRuns {
  readonly count: number;
  readonly runs: string;
}

/** What a side lacks of the other: variants, and seeds of variants. */
function lackedRuns(own: AnySide, other: AnySide): LackedRuns[] {
  const areCounterparts = counterparts(own, other);
  return other.groups.flatMap((group) => {
    const found = own.groups.filter((one) => areCounterparts(one, group));
    return found.length === 0
      ? [{ count: group.runs.length, runs: shownName(group) }]
      : found.flatMap((one) => lackedSeeds(one, group));
  });
}

/**
 * Which groups of two sides belong together: those of the same name; and one without a name, such as a hard prompt over several
 * seeds, with each variant of a side that has none like it.
 */
function counterparts(a: AnySide, b: AnySide): (one: AnyGroup, other: AnyGroup) => boolean {
  const isUnnamed = ({ name }: AnyGroup) => name === "";
  const isForAll = (side: AnySide, other: AnySide) =>
    side.groups.length === 1 && side.groups.every(isUnnamed) && !other.groups.some(isUnnamed);
  const all = isForAll(a, b) || isForAll(b, a);
  return (one, other) => all || one.name === other.name;
}

function lackedSeeds(own: AnyGroup, { name, runs }: AnyGroup): LackedRuns[] {
  const seeds = new Set(own.runs.map(({ experiment }) => experiment.seed));
  const lacked = runs.map(({ experiment }) => experiment.seed).filter((seed) => !seeds.has(seed));
  if (lacked.length === 0) return [];
  const variant = name || own.name;
  return [{
    count: lacked.length,
    runs: `${variant === "" ? "" : `${variant}, `}${lacked.length === 1 ? "seed" : "seeds"} ${
      lacked.join(", ")
    }`,
  }];
}
