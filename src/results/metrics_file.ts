import type { Metrics } from "../evaluation/metrics.ts";

/** Metrics of one part of the data. */
export interface PartMetrics extends Metrics {
  /** How often the model's best token over the whole vocabulary is no word of the verbalizer. */
  readonly illegal_rate: number;
}

/** How probabilities were set right. */
export interface CalibrationFile {
  /** What is taken off each class's logit, by the classes' names. */
  readonly shift?: Readonly<Record<string, number>>;
  readonly temperature?: number;
  readonly before: { readonly test: PartMetrics; readonly validation?: PartMetrics };
}

/** How much is trained. */
export interface ParameterCount {
  readonly trained: number;
  readonly of_model: number;
  /** The first over the second. */
  readonly share: number;
}

/** `metrics.json` of a complete run. */
export interface MetricsFile {
  readonly status: "complete";
  /** The step after which the kept prompt was taken; 0 for a hard prompt. */
  readonly best_step: number;
  /** Of tuning with its validations; for a hard prompt, of classifying. */
  readonly seconds: number;
  readonly examples_per_second: number;
  /** How many texts were cut to fit the model's positions. */
  readonly truncated: Readonly<Record<"train" | "validation" | "test" | "samples", number>>;
  /** How many numbers were trained, of how many the model has; runs of the first programs do not say. */
  readonly parameters?: ParameterCount;
  /** What always naming the most frequent class of the training set comes to on the test set; likewise. */
  readonly majority?: { readonly class: string; readonly accuracy: number };
  /** How probabilities were set right, and what the parts were before; the metrics are those after it. */
  readonly calibration?: CalibrationFile;
  readonly test: PartMetrics;
  readonly validation?: PartMetrics;
  /** On other data, by their names. */
  readonly transfer?: Readonly<Record<string, PartMetrics>>;
}

/** `metrics.json` of a run that is not complete. */
export interface UnfinishedFile {
  readonly status: "failed" | "interrupted";
  readonly error: string;
}
