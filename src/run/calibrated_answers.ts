import type { Example } from "../dataset/example.ts";
import { measure } from "../evaluation/metrics.ts";
import type { Answers } from "../evaluation/predict.ts";
import { calibrated, type Calibration } from "../evaluation/recalibration.ts";
import type { PartMetrics } from "../results/metrics_file.ts";
import { type Prediction, predictionsOf } from "../results/predictions.ts";

/** The answers to one part of the data, and the calibration of their logits. */
export class CalibratedAnswers {
  /** Calibrated class logits, [examples][classes]. */
  private readonly logits: readonly (readonly number[])[];

  /** @param labels of the examples, as indices of the classes */
  constructor(
    private readonly answers: Answers,
    private readonly labels: readonly number[],
    private readonly classes: readonly string[],
    calibration: Calibration,
  ) {
    this.logits = answers.logits.map((row) => calibrated(row, calibration));
  }

  /** The metrics of the calibrated answers. */
  metrics(): PartMetrics {
    return this.measured(this.logits);
  }

  /** The metrics without calibration. */
  metricsBefore(): PartMetrics {
    return this.measured(this.answers.logits);
  }

  /** The prediction for each example. */
  predictions(examples: readonly Example[]): Promise<Prediction[]> {
    return predictionsOf(examples, this.logits, this.answers.illegal, this.classes);
  }

  /** The accuracy of each prompt of an ensemble alone, without calibration; for a single prompt, its own. */
  accuracyOfEach(): number[] {
    const { ofEach } = this.answers;
    const prompts = ofEach[0]?.length ?? 0;
    return Array.from(
      { length: prompts },
      (_, prompt) => measure(ofEach.map((one) => one[prompt]!), this.labels, this.classes).accuracy.value,
    );
  }

  private measured(logits: readonly (readonly number[])[]): PartMetrics {
    const { illegal, target } = this.answers;
    return {
      ...measure(logits, this.labels, this.classes),
      ...(illegal && { illegal_rate: illegal.filter(Boolean).length / illegal.length }),
      ...(target && { target: target() }),
    };
  }
}
