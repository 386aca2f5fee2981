import { binOf } from "./calibration.ts";
import { ExampleGroups } from "./example_groups.ts";
import { byMetric, type MetricName } from "./metric_names.ts";
import { joinGroups, sumGroups, type WeightedGroups } from "./weighted_groups.ts";

/** The prediction for an example. */
export interface ScoredExample {
  /** Classes, as indices. */
  readonly label: number;
  readonly predicted: number;
  /** The probability of each class. */
  readonly probabilities: readonly number[];
  /** Whether the model's best token is not a label word. */
  readonly illegal: boolean;
}

/** The values of each metric, at places that `measureSums` takes. */
export type MetricValues = Readonly<Record<MetricName, Float64Array>>;

/** Where the sums of a run's groups begin: the losses, the illegal examples, the bins of confidence, and the cells. */
const ILLEGAL = 1;
const BINNED = 2;

/**
 * A run's predictions on some examples, prepared for computing metrics on any resample of them. Sums are added in the order of the
 * examples, and one of losses or gaps is the same whether examples that were not drawn are left out or count 0 times.
 */
export class ScoredRun {
  readonly examples: number;
  /** Whether each example is right. */
  readonly correct: readonly boolean[];
  /** The sums that the metrics are made of: of losses, illegal examples, gaps by bin, and examples by label and predicted class. */
  readonly groups: WeightedGroups;
  /** The label and the predicted class of each of the last groups. */
  private readonly cells: readonly { readonly label: number; readonly predicted: number }[];

  /** @param classes the number of classes */
  constructor(scored: readonly ScoredExample[], private readonly classes: number) {
    this.examples = scored.length;
    this.correct = scored.map(({ label, predicted }) => label === predicted);
    const confidence = ({ probabilities, predicted }: ScoredExample) => probabilities[predicted]!;
    const bins = new ExampleGroups(Int32Array.from(scored, (one) => binOf(confidence(one))));
    const cells = new ExampleGroups(
      Int32Array.from(scored, ({ label, predicted }) => label * classes + predicted),
    );
    const all = Int32Array.from(scored.keys());
    const loss = ({ label, probabilities }: ScoredExample) =>
      -Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE));
    const gap = (one: ScoredExample) => confidence(one) - Number(one.label === one.predicted);
    const weighted = (
      examples: Int32Array,
      weight: (one: ScoredExample) => number,
      ends: Int32Array = Int32Array.of(examples.length),
    ) => ({ examples, weights: Float64Array.from(examples, (i) => weight(scored[i]!)), ends });
    this.groups = joinGroups([
      weighted(all, loss),
      weighted(all.filter((i) => scored[i]!.illegal), () => 1),
      weighted(bins.examples, gap, bins.ends),
      weighted(cells.examples, () => 1, cells.ends),
    ]);
    this.cells = Array.from(cells.keys, (key) => ({
      label: Math.floor(key / classes),
      predicted: key % classes,
    }));
  }

  /**
   * The run's metrics on a resample.
   *
   * @param counts how often each example was drawn
   */
  measure(counts: Int32Array): Record<MetricName, number> {
    const values = byMetric(() => new Float64Array(1));
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.measureSums(sumGroups(this.groups, counts), Float64Array.of(total), values, 0);
    return byMetric((metric) => values[metric][0]!);
  }

  /**
   * Writes the run's metrics on each of several resamples.
   *
   * @param sums of the run's groups, [groups, resamples] @param totals the number of draws of each resample
   * @param at the place of the first resample's values
   */
  measureSums(sums: Float64Array, totals: Float64Array, values: MetricValues, at: number): void {
    const resamples = totals.length;
    const { loss, expected_calibration_error, illegal_rate, accuracy, macro_f1 } = values;
    const cellsFrom = sums.length / resamples - this.cells.length;
    const { hits, named } = this.countClasses(sums.subarray(cellsFrom * resamples), resamples);
    for (let r = 0; r < resamples; r++) {
      const total = totals[r]!;
      loss[at + r] = sums[r]! / total;
      illegal_rate[at + r] = sums[ILLEGAL * resamples + r]! / total;
      let gaps = 0;
      for (let bin = BINNED; bin < cellsFrom; bin++) gaps += Math.abs(sums[bin * resamples + r]!);
      expected_calibration_error[at + r] = gaps / total;
      // A class's F1 is 2 hits / (2 hits + misses of both kinds); a class with no examples that is never predicted does not count.
      let correct = 0;
      let f1 = 0;
      let counted = 0;
      for (let k = r; k < named.length; k += resamples) {
        if (named[k] === 0) continue;
        correct += hits[k]!;
        f1 += 2 * hits[k]! / named[k]!;
        counted++;
      }
      accuracy[at + r] = correct / total;
      macro_f1[at + r] = f1 / counted;
    }
  }

  /**
   * By class and resample: the examples with this label and prediction, and those with this label plus those with this prediction.
   *
   * @param sums of the cells
   */
  private countClasses(sums: Float64Array, resamples: number): Record<"hits" | "named", Float64Array> {
    const hits = new Float64Array(this.classes * resamples);
    const named = new Float64Array(this.classes * resamples);
    let at = 0;
    for (const { label, predicted } of this.cells) {
      const isHit = label === predicted;
      const ofLabel = label * resamples;
      const ofPredicted = predicted * resamples;
      for (let r = 0; r < resamples; r++) {
        const count = sums[at++]!;
        named[ofLabel + r]! += count;
        named[ofPredicted + r]! += count;
        if (isHit) hits[ofLabel + r]! += count;
      }
    }
    return { hits, named };
  }
}
