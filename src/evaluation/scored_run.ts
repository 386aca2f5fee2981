import { binOf, BINS } from "./calibration.ts";
import { byMetric, type MetricName } from "./metric_names.ts";
import { groupExamples, joinGroups, sumGroups, type WeightedGroups } from "./weighted_groups.ts";

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

/** Where the sums of a run's groups begin, after that of losses: the illegal examples, the gaps by bin, the hits by class. */
const ILLEGAL = 1;
const GAPS = 2;
const HITS = GAPS + BINS;

/**
 * A run's predictions on some examples, prepared for computing metrics on any resample of them. Sums are added in the order of the
 * examples, and one of losses or gaps is the same whether examples that were not drawn are left out or count 0 times.
 */
export class ScoredRun {
  readonly examples: number;
  /** Whether each example is right. */
  readonly correct: readonly boolean[];
  /**
   * What the metrics are made of: the losses, the illegal examples, the gaps between confidence and being right by bin of
   * confidence, and by class its hits, its examples that were missed, and those of other classes that were taken for it.
   */
  readonly groups: WeightedGroups;

  /** @param classes the number of classes */
  constructor(scored: readonly ScoredExample[], private readonly classes: number) {
    this.examples = scored.length;
    const correct = scored.map(({ label, predicted }) => label === predicted);
    this.correct = correct;
    const confidences = scored.map(({ probabilities, predicted }) => probabilities[predicted]!);
    const losses = scored.map(({ label, probabilities }) =>
      -Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE))
    );
    const all = Int32Array.from(scored.keys());
    const wrong = all.filter((i) => !correct[i]);
    const labelOf = (i: number) => scored[i]!.label;
    const predictedOf = (i: number) => scored[i]!.predicted;
    const none = () => 0;
    const once = () => 1;
    this.groups = joinGroups([
      groupExamples(all, 1, none, (i) => losses[i]!),
      groupExamples(all.filter((i) => scored[i]!.illegal), 1, none, once),
      groupExamples(all, BINS, (i) => binOf(confidences[i]!), (i) => confidences[i]! - Number(correct[i])),
      groupExamples(all.filter((i) => correct[i]), classes, labelOf, once),
      groupExamples(wrong, classes, labelOf, once),
      groupExamples(wrong, classes, predictedOf, once),
    ]);
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
    const hitsFrom = HITS * resamples;
    const missesFrom = hitsFrom + this.classes * resamples;
    const wronglyFrom = missesFrom + this.classes * resamples;
    for (let r = 0; r < resamples; r++) {
      const total = totals[r]!;
      loss[at + r] = sums[r]! / total;
      illegal_rate[at + r] = sums[ILLEGAL * resamples + r]! / total;
      let gaps = 0;
      for (let k = GAPS * resamples + r; k < hitsFrom; k += resamples) gaps += Math.abs(sums[k]!);
      expected_calibration_error[at + r] = gaps / total;
      // A class's F1 is 2 hits / (2 hits + misses of both kinds); a class with no examples that is never predicted does not count.
      let correct = 0;
      let f1 = 0;
      let counted = 0;
      for (let k = r; hitsFrom + k < missesFrom; k += resamples) {
        const hits = sums[hitsFrom + k]!;
        const named = 2 * hits + sums[missesFrom + k]! + sums[wronglyFrom + k]!;
        if (named === 0) continue;
        correct += hits;
        f1 += 2 * hits / named;
        counted++;
      }
      accuracy[at + r] = correct / total;
      macro_f1[at + r] = f1 / counted;
    }
  }
}
