import { binOf } from "./calibration.ts";
import { addPairs, Draws, TOGETHER } from "./draws.ts";
import { ExampleGroups } from "./example_groups.ts";
import { byMetric, type MetricName } from "./metric_names.ts";

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

/** The values of each metric, at places that `measureDrawn` takes. */
export type MetricValues = Readonly<Record<MetricName, Float64Array>>;

/**
 * A run's predictions on some examples, prepared for computing metrics on any resample of them. Sums are added in the order of the
 * examples, and one of losses or gaps is the same whether examples that were not drawn are left out or count 0 times.
 */
export class ScoredRun {
  readonly examples: number;
  private readonly losses: Float64Array;
  /** The examples by label and predicted class, and by the bin of their confidence. */
  private readonly cells: ExampleGroups;
  private readonly bins: ExampleGroups;
  /** Each example's confidence minus whether it is right, in the order of `bins`. */
  private readonly gaps: Float64Array;
  /** The indices of the illegal examples. */
  private readonly illegal: Int32Array;
  /** By class and resample: the examples with this label and prediction, and those with this label plus those with this prediction. */
  private readonly hits: Float64Array;
  private readonly named: Float64Array;

  /** @param classes the number of classes */
  constructor(scored: readonly ScoredExample[], private readonly classes: number) {
    this.examples = scored.length;
    const confidence = ({ probabilities, predicted }: ScoredExample) => probabilities[predicted]!;
    this.losses = Float64Array.from(
      scored,
      ({ label, probabilities }) => -Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE)),
    );
    this.cells = new ExampleGroups(
      Int32Array.from(scored, ({ label, predicted }) => label * classes + predicted),
    );
    this.bins = new ExampleGroups(Int32Array.from(scored, (one) => binOf(confidence(one))));
    this.gaps = Float64Array.from(this.bins.examples, (i) => {
      const one = scored[i]!;
      return confidence(one) - Number(one.label === one.predicted);
    });
    this.illegal = Int32Array.from(scored.keys()).filter((i) => scored[i]!.illegal);
    this.hits = new Float64Array(classes * TOGETHER);
    this.named = new Float64Array(classes * TOGETHER);
  }

  /** Whether each example is right. */
  get correct(): boolean[] {
    const correct = Array.from({ length: this.examples }, () => false);
    for (const { key, from, to } of this.cells.groups) {
      if (Math.floor(key / this.classes) !== key % this.classes) continue;
      for (const i of this.cells.examples.subarray(from, to)) correct[i] = true;
    }
    return correct;
  }

  /**
   * The run's metrics on a resample.
   *
   * @param counts how often each example was drawn
   */
  measure(counts: Int32Array): Record<MetricName, number> {
    const draws = new Draws(counts.length);
    for (const [i, count] of counts.entries()) draws.add(0, i, count);
    const values = byMetric(() => new Float64Array(TOGETHER));
    this.measureDrawn(draws, values, 0);
    return byMetric((metric) => values[metric][0]!);
  }

  /** Writes the run's metrics on each of several resamples. @param at the place of the first resample's values */
  measureDrawn({ counts, pairs, totals }: Draws, values: MetricValues, at: number): void {
    const { loss, expected_calibration_error, illegal_rate } = values;
    this.sumLosses(counts, loss, at);
    this.sumGaps(counts, expected_calibration_error, at);
    this.countIllegal(pairs, illegal_rate, at);
    for (let r = 0; r < TOGETHER; r++) {
      for (const sums of [loss, expected_calibration_error, illegal_rate]) sums[at + r]! /= totals[r]!;
    }
    this.countClasses(pairs);
    for (let r = 0; r < TOGETHER; r++) {
      values.accuracy[at + r] = this.correctIn(r) / totals[r]!;
      values.macro_f1[at + r] = this.macroF1(r);
    }
  }

  private sumLosses(counts: Float64Array, sums: Float64Array, at: number): void {
    const { losses } = this;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < losses.length; i++) {
      const loss = losses[i]!;
      const k = i * TOGETHER;
      a += counts[k]! * loss;
      b += counts[k + 1]! * loss;
      c += counts[k + 2]! * loss;
      d += counts[k + 3]! * loss;
    }
    sums[at] = a;
    sums[at + 1] = b;
    sums[at + 2] = c;
    sums[at + 3] = d;
  }

  private sumGaps(counts: Float64Array, sums: Float64Array, at: number): void {
    const { gaps, bins: { examples, groups } } = this;
    sums.fill(0, at, at + TOGETHER);
    for (const { from, to } of groups) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let j = from; j < to; j++) {
        const gap = gaps[j]!;
        const k = examples[j]! * TOGETHER;
        a += counts[k]! * gap;
        b += counts[k + 1]! * gap;
        c += counts[k + 2]! * gap;
        d += counts[k + 3]! * gap;
      }
      sums[at]! += Math.abs(a);
      sums[at + 1]! += Math.abs(b);
      sums[at + 2]! += Math.abs(c);
      sums[at + 3]! += Math.abs(d);
    }
  }

  private countIllegal(pairs: Float64Array, sums: Float64Array, at: number): void {
    let ab = 0;
    let cd = 0;
    for (const i of this.illegal) {
      ab += pairs[2 * i]!;
      cd += pairs[2 * i + 1]!;
    }
    sums.fill(0, at, at + TOGETHER);
    addPairs(sums, at, ab, cd);
  }

  private countClasses(pairs: Float64Array): void {
    const { hits, named, classes, cells: { examples, groups } } = this;
    hits.fill(0);
    named.fill(0);
    for (const { key, from, to } of groups) {
      let ab = 0;
      let cd = 0;
      for (let j = from; j < to; j++) {
        const k = 2 * examples[j]!;
        ab += pairs[k]!;
        cd += pairs[k + 1]!;
      }
      const label = Math.floor(key / classes);
      const predicted = key % classes;
      addPairs(named, label * TOGETHER, ab, cd);
      addPairs(named, predicted * TOGETHER, ab, cd);
      if (label === predicted) addPairs(hits, label * TOGETHER, ab, cd);
    }
  }

  private correctIn(resample: number): number {
    let correct = 0;
    for (let c = 0; c < this.classes; c++) correct += this.hits[c * TOGETHER + resample]!;
    return correct;
  }

  /** A class's F1 is 2 hits / (2 hits + misses of both kinds); a class with no examples that is never predicted does not count. */
  private macroF1(resample: number): number {
    let sum = 0;
    let counted = 0;
    for (let c = 0; c < this.classes; c++) {
      const k = c * TOGETHER + resample;
      if (this.named[k] === 0) continue;
      sum += 2 * this.hits[k]! / this.named[k]!;
      counted++;
    }
    return sum / counted;
  }
}
