import { mean } from "simple-statistics";
import { RandomStream } from "../base/random_stream.ts";
import type { PairedDifference, Resampling } from "./paired_bootstrap.ts";
import { resampledDifference } from "./resampled_difference.ts";
import type { ScoredTextRun } from "./scored_text_run.ts";
import { byTextMetric, TEXT_METRICS, type TextMetricName } from "./text_metric_names.ts";

/** Two sides, of one or several runs each, all with texts as answers to the same examples. */
export interface TextSides {
  readonly a: readonly ScoredTextRun[];
  readonly b: readonly ScoredTextRun[];
  /** Whether run i of one side belongs to run i of the other (the same seed), so that they are drawn together. */
  readonly areRunsPaired: boolean;
}

/** The examples and runs of a resample. */
interface Resample {
  /** How often each example was drawn. */
  readonly counts: Int32Array;
  /** Indices of each side's runs. */
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Compares two sides by the metrics that all their runs have, with the draws and the definitions of `pairedBootstrap`.
 *
 * @throws {RangeError} where the numbers of examples differ
 */
export function pairedTextBootstrap(
  sides: TextSides,
  options: Resampling,
): Partial<Record<TextMetricName, PairedDifference>> {
  const all = [...sides.a, ...sides.b];
  const examples = all[0]?.examples ?? 0;
  if (!all.every((run) => run.examples === examples)) {
    throw new RangeError("the runs have different test examples");
  }
  const metrics = TEXT_METRICS.filter((metric) => all.every((run) => run.has(metric)));
  const deltas = new Map(metrics.map((metric) => [metric, new Float64Array(options.resamples)]));
  const stream = new RandomStream(options.seed, "bootstrap");
  for (let r = 0; r < options.resamples; r++) {
    const drawn = drawResample(sides, examples, stream);
    for (const [metric, values] of deltas) values[r] = differenceOn(sides, metric, drawn).delta;
  }
  const once = {
    counts: new Int32Array(examples).fill(1),
    a: [...sides.a.keys()],
    b: [...sides.b.keys()],
  };
  return byTextMetric((metric) => {
    const resampled = deltas.get(metric);
    if (resampled === undefined) return undefined;
    return resampledDifference(differenceOn(sides, metric, once), resampled, options);
  });
}

/** The means of a metric over each side's runs on a resample, and their difference. */
function differenceOn(
  sides: TextSides,
  metric: TextMetricName,
  { counts, a, b }: Resample,
): Pick<PairedDifference, "a" | "b" | "delta"> {
  const meanOf = (runs: readonly ScoredTextRun[], drawn: readonly number[]) => {
    const values = runs.map((run) => run.measure(metric, counts));
    return mean(drawn.map((run) => values[run]!));
  };
  const left = meanOf(sides.a, a);
  const second = meanOf(sides.b, b);
  return { a: left, b: second, delta: second - left };
}

function drawResample(
  { a, b, areRunsPaired }: TextSides,
  examples: number,
  stream: RandomStream,
): Resample {
  const counts = new Int32Array(examples);
  for (let i = 0; i < examples; i++) counts[stream.integer(examples)]!++;
  const ofA = drawRuns(a.length, stream);
  return { counts, a: ofA, b: areRunsPaired ? ofA : drawRuns(b.length, stream) };
}

/** One fewer than there are (Rao & Wu 1988). */
function drawRuns(runs: number, stream: RandomStream): number[] {
  return runs === 1 ? [0] : Array.from({ length: runs - 1 }, () => stream.integer(runs));
}
