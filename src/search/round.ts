import type { SearchKeys } from "../experiment/experiment_file.ts";
import { REDUCTION, rungCount, rungSizes, rungSteps } from "./rungs.ts";
import type { Configuration } from "./trial.ts";

/** What a search may cost, and how it spends it. */
export interface Spending {
  readonly budget: SearchKeys["budget"];
  readonly method: "random" | "halving";
}

/** Configurations that are compared with each other on common rungs. */
export interface Round<Drawn extends Configuration> {
  /** On the lowest rung. */
  readonly configurations: readonly Drawn[];
  /** The number of rungs; 1: all are tuned to the end. */
  readonly rungs: number;
}

/** The first configuration of a search costs more than the search may, or cannot be halved. */
export class NoRound extends Error {
  /** @param first a configuration of the search */
  constructor(readonly reason: "too dear" | "one validation", readonly first: Configuration) {
    super(reason);
  }
}

/** The largest number of configurations in a round. */
const MOST = 20_000;

/**
 * Draws as many configurations as a budget pays for, where rungs have sizes that follow from their number; of a budget of time, which is
 * spent in rounds, as many as leave one on the highest rung.
 *
 * @param next draws; `undefined` where there are no others
 * @returns without configurations where there are no others
 * @throws {NoRound} where the budget is too small for a round, or runs have too few validations for the method
 */
export async function drawRound<Drawn extends Configuration>(
  { budget, method }: Spending,
  next: () => Promise<Drawn | undefined>,
): Promise<Round<Drawn>> {
  const first = await next();
  if (first === undefined) return { configurations: [], rungs: 1 };
  const rungs = method === "halving" ? rungCount(first) : 1;
  if (method === "halving" && rungs === 1) throw new NoRound("one validation", first);
  const most = budget.seconds === undefined ? MOST : REDUCTION ** (rungs - 1);
  const configurations: Drawn[] = [];
  // The mean cost of a configuration from each rung to the next.
  const sums = Array<number>(rungs).fill(0);
  for (let drawn: Drawn | undefined = first; drawn !== undefined;) {
    for (const [rung, cost] of costs(drawn, rungs, budget).entries()) sums[rung]! += cost;
    const count = configurations.length + 1;
    const total = rungSizes(count, rungs).reduce((sum, size, rung) => sum + size * sums[rung]! / count, 0);
    if (total > limitOf(budget) * (1 + 1e-9)) break;
    configurations.push(drawn);
    // What is drawn for another round must not be lost.
    drawn = configurations.length < most ? await next() : undefined;
  }
  if (configurations.length === 0) throw new NoRound("too dear", first);
  return { configurations, rungs };
}

/** What a budget limits, in its unit; time is limited elsewhere. */
export function limitOf({ runs, steps }: SearchKeys["budget"]): number {
  return runs ?? steps ?? Infinity;
}

/** What a configuration costs from each rung to the next, in the unit of the budget. */
export function costs(configuration: Configuration, rungs: number, { runs }: SearchKeys["budget"]): number[] {
  const unit = runs === undefined ? 1 : configuration.steps;
  return rungSteps(configuration, rungs).map((step, i, all) => (step - (all[i - 1] ?? 0)) / unit);
}
