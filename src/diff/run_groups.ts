import type { RunRecord } from "../results/read_run.ts";

/** A run of whatever form its answers are, as far as it is grouped. */
export interface SeededRun {
  readonly experiment: Pick<RunRecord["experiment"], "seed">;
}

/** Runs that differ in nothing but the seed. */
export interface RunGroup<Run extends SeededRun = RunRecord> {
  /** The variant's name without its seed; empty for a single run. */
  readonly name: string;
  /** In the order of their seeds. */
  readonly runs: readonly Run[];
}

/** What a run is called that lies beside a sweep over seeds with its own seed among them, and is none of its runs. */
const APART = "(run alone)";

/** Groups the runs whose names differ only in the seed. @param runs by their names */
export function groupBySeed<Run extends SeededRun>(runs: ReadonlyMap<string, Run>): RunGroup<Run>[] {
  const named = [...runs].map(([name, run]) => ({ key: withoutSeeds(name), isSeeded: isSeeded(name), run }));
  const groups = Map.groupBy(named, ({ key }) => key);
  const isApart = ({ key, isSeeded, run }: typeof named[number]) =>
    !isSeeded &&
    groups.get(key)!.some((one) => one.isSeeded && one.run.experiment.seed === run.experiment.seed);
  const apart = Map.groupBy(
    named,
    (one) => isApart(one) ? [one.key, APART].filter((part) => part !== "").join("/") : one.key,
  );
  return [...apart].map(([name, group]) => ({
    name,
    runs: group.map(({ run }) => run).sort((a, b) => a.experiment.seed - b.experiment.seed),
  }));
}

/** A setting of the seed in a variant's name. */
const SEED = /^seed=\d+$/;

/** A run's name without the seeds in it. */
export function withoutSeeds(name: string): string {
  const parts = name.split("/").map((part) => part.split(",").filter((one) => !SEED.test(one)).join(","));
  const root = name.startsWith("/") ? "/" : "";
  return `${root}${parts.filter((part) => part !== "").join("/")}`;
}

function isSeeded(name: string): boolean {
  return name.split(/[/,]/).some((part) => SEED.test(part));
}

/** Whether both sides have the same seeds, at least two: they are then paired by seed. */
export function haveSameSeeds(a: readonly SeededRun[], b: readonly SeededRun[]): boolean {
  return a.length > 1 && a.length === b.length &&
    a.every(({ experiment }, i) => experiment.seed === b[i]!.experiment.seed);
}
