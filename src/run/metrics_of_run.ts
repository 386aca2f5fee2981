import { countByClass } from "../dataset/class_counts.ts";
import type { Splits } from "../dataset/example.ts";
import type { Calibration } from "../evaluation/recalibration.ts";
import type { MetricsFile, PartMetrics } from "../results/metrics_file.ts";
import type { Tuned } from "../training/trainer.ts";
import { calibrationFile } from "./calibrate.ts";
import type { CalibratedAnswers } from "./calibrated_answers.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedRun } from "./prepare.ts";

/** The most frequent class of the training set (of equals, the alphabetically first), and its accuracy on the test set. */
export function majorityBaseline({ train, test }: Splits): { class: string; accuracy: number } {
  const counts = countByClass(train);
  const [most] = [...counts.keys()].sort().sort((a, b) => counts.get(b)! - counts.get(a)!) as [string];
  return { class: most, accuracy: test.filter(({ label }) => label === most).length / test.length };
}

/** What the metrics of a run are made of. */
export interface RunAnswers {
  readonly test: CalibratedAnswers;
  /** Absent where there is no validation set. */
  readonly validation: CalibratedAnswers | undefined;
  readonly transfer: readonly { readonly name: string; readonly metrics: PartMetrics }[];
  readonly calibration: Calibration;
  /** The number of trained parameters. */
  readonly trained: number;
  /** Absent where nothing was tuned. */
  readonly tuned: Tuned | undefined;
  /** The time for the answers to the test and the validation set. */
  readonly seconds: number;
}

/** The metrics of a complete run. */
export function metricsOf(
  { dataset, model, verbalizer: { classes } }: PreparedRun,
  encoded: EncodedDataset<EncodedExample>,
  { test, validation, transfer, calibration, trained, tuned, seconds }: RunAnswers,
): MetricsFile {
  return {
    status: "complete",
    best_step: tuned?.bestStep ?? 0,
    seconds: tuned?.seconds ?? seconds,
    examples_per_second: tuned?.examplesPerSecond ??
      (encoded.test.length + encoded.validation.length) / seconds,
    truncated: encoded.truncated,
    parameters: { trained, of_model: model.parameters, share: trained / model.parameters },
    majority: majorityBaseline(dataset),
    ...(Object.keys(calibration).length > 0 && {
      calibration: calibrationFile(calibration, classes, {
        test: test.metricsBefore(),
        ...(validation && { validation: validation.metricsBefore() }),
      }),
    }),
    test: test.metrics(),
    ...(validation && { validation: validation.metrics() }),
    ...(transfer.length > 0 && {
      transfer: Object.fromEntries(transfer.map(({ name, metrics }) => [name, metrics])),
    }),
  };
}
