import { binOf, BINS } from "./calibration.ts";
import { Drawn } from "./drawn.ts";
import type { MetricName } from "./metric_names.ts";

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

/** A run's predictions on some examples, prepared for computing metrics on any resample of them. */
export class ScoredRun {
  readonly examples: number;
  private readonly cells: Int32Array;
  private readonly losses: Float64Array;
  private readonly bins: Int32Array;
  private readonly gaps: Float64Array;
  private readonly illegal: Float64Array;
  /** The sums over one resample, which the next one overwrites. */
  private readonly confusion: Float64Array;
  private readonly gapSums = new Float64Array(BINS);

  /** @param classes the number of classes */
  constructor(scored: readonly ScoredExample[], private readonly classes: number) {
    this.examples = scored.length;
    const confidence = ({ probabilities, predicted }: ScoredExample) => probabilities[predicted]!;
    this.cells = Int32Array.from(scored, ({ label, predicted }) => label * classes + predicted);
    this.losses = Float64Array.from(
      scored,
      ({ label, probabilities }) => -Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE)),
    );
    this.bins = Int32Array.from(scored, (one) => binOf(confidence(one)));
    this.gaps = Float64Array.from(scored, (one) => confidence(one) - Number(one.label === one.predicted));
    this.illegal = Float64Array.from(scored, (one) => Number(one.illegal));
    this.confusion = new Float64Array(classes ** 2);
  }

  /** Whether each example is right. */
  get correct(): boolean[] {
    return Array.from(this.cells, (cell) => Math.floor(cell / this.classes) === cell % this.classes);
  }

  /**
   * The run's metrics on a resample.
   *
   * @param counts how often each example was drawn
   */
  measure(counts: Int32Array): Record<MetricName, number> {
    return this.measureDrawn(new Drawn(counts.length).take(counts));
  }

  /** The run's metrics on a resample. */
  measureDrawn({ examples, counts, distinct, total }: Drawn): Record<MetricName, number> {
    const { cells, losses, bins, gaps, illegal, confusion, gapSums } = this;
    confusion.fill(0);
    gapSums.fill(0);
    let loss = 0;
    let illegalSum = 0;
    for (let k = 0; k < distinct; k++) {
      const i = examples[k]!;
      const count = counts[k]!;
      loss += count * losses[i]!;
      confusion[cells[i]!]! += count;
      gapSums[bins[i]!]! += count * gaps[i]!;
      illegalSum += count * illegal[i]!;
    }
    let gap = 0;
    for (let bin = 0; bin < BINS; bin++) gap += Math.abs(gapSums[bin]!);
    return {
      accuracy: this.rightIn(confusion) / total,
      macro_f1: this.macroF1(confusion),
      loss: loss / total,
      expected_calibration_error: gap / total,
      illegal_rate: illegalSum / total,
    };
  }

  private rightIn(confusion: Float64Array): number {
    let correct = 0;
    for (let c = 0; c < this.classes; c++) correct += confusion[c * (this.classes + 1)]!;
    return correct;
  }

  /** A class's F1 is 2 hits / (2 hits + misses of both kinds); a class with no examples that is never predicted does not count. */
  private macroF1(confusion: Float64Array): number {
    let sum = 0;
    let counted = 0;
    for (let c = 0; c < this.classes; c++) {
      let support = 0;
      let predicted = 0;
      for (let other = 0; other < this.classes; other++) {
        support += confusion[c * this.classes + other]!;
        predicted += confusion[other * this.classes + c]!;
      }
      const hits = confusion[c * (this.classes + 1)]!;
      if (support + predicted === 0) continue;
      sum += 2 * hits / (support + predicted);
      counted++;
    }
    return sum / counted;
  }
}
