import { mean } from "simple-statistics";
import { spreadOf } from "../../src/results/summarize.ts";
import type { SummaryRow } from "../../src/results/summary.ts";

/** An effect of one thing that was varied, averaged over the others within each seed. */
export interface Margin {
  readonly what: string;
  /** Of as many numbers as there are seeds: accuracies on the test set, or differences of them. */
  readonly mean: number;
  /** The mean's 95% interval over seeds (Student). */
  readonly low: number | null;
  readonly high: number | null;
}

/** The mean test accuracy of the runs that a name is given, over seeds. */
export function marginsOf(
  rows: readonly SummaryRow[],
  nameOf: (row: SummaryRow) => string,
): Margin[] {
  const names = [...new Set(rows.map(nameOf))];
  return names.map((what) => marginOf(what, accuraciesOf(rows.filter((row) => nameOf(row) === what))));
}

/** How much higher the test accuracy is, on average, of the runs of one side than of the other's, seed by seed. */
export function contrastOf(
  what: string,
  rows: readonly SummaryRow[],
  high: (row: SummaryRow) => boolean,
  low: (row: SummaryRow) => boolean,
): Margin {
  const upper = accuraciesOf(rows.filter(high));
  const lower = accuraciesOf(rows.filter(low));
  return marginOf(what, new Map([...upper].map(([seed, value]) => [seed, value - lower.get(seed)!])));
}

/** Mean accuracies by seed. */
function accuraciesOf(rows: readonly SummaryRow[]): Map<number, number> {
  const bySeed = Map.groupBy(rows, ({ seed }) => seed);
  return new Map(
    [...bySeed].map(([seed, of]) =>
      [seed, mean(of.map(({ metrics }) => metrics!.test.accuracy!.value))] as const
    ),
  );
}

function marginOf(what: string, bySeed: ReadonlyMap<number, number>): Margin {
  const { mean, interval } = spreadOf([...bySeed.values()]);
  return { what, mean, low: interval?.[0] ?? null, high: interval?.[1] ?? null };
}
