import { areOfTexts } from "../../src/results/metrics_file.ts";
import type { EnsembleRow, SummaryRow } from "../../src/results/summary.ts";
import type { MetricsFile, PartMetrics } from "../../src/results/metrics_file.ts";
import { spreadOf } from "../../src/results/summarize.ts";
import type { Bar } from "./plots.ts";

/** A baseline or a prompt on one kind of data. */
export interface Baseline extends Bar {
  /** On average over runs. */
  readonly macro_f1: number;
}

/** The metrics of the runs that are compared. */
export interface Compared {
  readonly hard: MetricsFile;
  /** Soft prompts that differ in their seed, alone and together. */
  readonly prompts: readonly SummaryRow[];
  readonly together: EnsembleRow;
  readonly models: readonly SummaryRow[];
}

/** Majority class, hard prompt, soft prompts, an ensemble of them, and tuned models, on the films that they were tuned for and on products. */
export function baselinesOf({ hard, prompts, together, models }: Compared): Baseline[] {
  const kinds = [
    ["films", ({ test }: MetricsFile) => test],
    ["products", ({ transfer }: MetricsFile) => transfer!["customer-reviews"]!],
  ] as const;
  return kinds.flatMap(([data, partOf]) => {
    const partsOf = (rows: readonly SummaryRow[]) =>
      rows.flatMap(({ metrics }) => metrics && !areOfTexts(metrics) ? [partOf(metrics)] : []);
    return [
      majority(data, partOf(hard)),
      one("hard prompt", data, partOf(hard)),
      over("soft prompt", data, partsOf(prompts)),
      one("five prompts together", data, partOf(together.metrics!)),
      over("model tuning", data, partsOf(models)),
    ];
  });
}

/** The accuracy of always predicting the most frequent class of the data. */
function majority(data: string, { examples, per_class }: PartMetrics): Baseline {
  const supports = Object.values(per_class).map(({ support }) => support);
  const share = Math.max(...supports) / examples;
  return {
    name: "majority class",
    data,
    mean: share,
    interval: null,
    macro_f1: 2 * share / (1 + share) / supports.length,
  };
}

/** A single run with its own interval (Wilson). */
function one(name: string, data: string, { accuracy, macro_f1 }: PartMetrics): Baseline {
  return { name, data, mean: accuracy.value, interval: accuracy.interval, macro_f1 };
}

/** The mean over seeds with its interval (Student). */
function over(name: string, data: string, parts: readonly PartMetrics[]): Baseline {
  const { mean, interval } = spreadOf(parts.map(({ accuracy }) => accuracy.value));
  return { name, data, mean, interval, macro_f1: spreadOf(parts.map(({ macro_f1 }) => macro_f1)).mean };
}
