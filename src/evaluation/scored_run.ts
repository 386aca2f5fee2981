import { binOf, BINS } from "./calibration.ts";
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
    const confusion = new Float64Array(this.classes ** 2);
    const gaps = new Float64Array(BINS);
    let total = 0;
    let loss = 0;
    let illegal = 0;
    for (let i = 0; i < this.examples; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      total += count;
      loss += count * this.losses[i]!;
      confusion[this.cells[i]!]! += count;
      gaps[this.bins[i]!]! += count * this.gaps[i]!;
      illegal += count * this.illegal[i]!;
    }
    return {
      accuracy: this.rightIn(confusion) / total,
      macro_f1: this.macroF1(confusion),
      loss: loss / total,
      expected_calibration_error: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total,
      illegal_rate: illegal / total,
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
