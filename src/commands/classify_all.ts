import { countByClass } from "../dataset/class_counts.ts";
import type { Dataset } from "../dataset/load.ts";
import { measure } from "../evaluation/metrics.ts";
import {
  answers,
  type Classifier,
  classLogits,
  illegalAnswers,
  logitsOfEach,
} from "../evaluation/predict.ts";
import { indexOfLargest } from "../evaluation/softmax.ts";
import { calibrated } from "../evaluation/recalibration.ts";
import { calibrationFile, calibrationOf } from "./calibrate.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import type { MetricsFile, PartMetrics } from "../results/metrics_file.ts";
import { type Prediction, predictionsOf, probabilitiesOf } from "../results/predictions.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { EncodedDataset, Prepared } from "./prepare.ts";
import type { Tuned } from "../training/trainer.ts";

/** What came of other data. */
export interface TransferResult {
  readonly name: string;
  readonly metrics: PartMetrics;
  readonly predictions: readonly Prediction[];
}

/** What came of classifying everything that an experiment names. */
export interface Classified {
  readonly metrics: MetricsFile;
  readonly predictions: readonly Prediction[];
  readonly samples: readonly SamplePrediction[];
  readonly transfer: readonly TransferResult[];
  /** The test accuracy of each prompt of an ensemble alone; of a single prompt, its own. */
  readonly each: readonly number[];
}

/** The most frequent class of the training set, the first in the alphabet of equals, and how often it is right. */
function majorityBaseline({ train, test }: Dataset): { class: string; accuracy: number } {
  const counts = countByClass(train);
  const [most] = [...counts.keys()].sort().sort((a, b) => counts.get(b)! - counts.get(a)!) as [string];
  return { class: most, accuracy: test.filter(({ label }) => label === most).length / test.length };
}

/** Classifies validation set, test set and samples. @param trained how many numbers were trained */
export async function classifyAll(
  { experiment, dataset, transfer, verbalizer, model }: Prepared,
  encoded: EncodedDataset,
  classifier: Classifier,
  trained: number,
  tuned: Tuned | undefined,
): Promise<Classified> {
  const { classes, tokens } = verbalizer, started = performance.now();
  const labelsOf = (examples: readonly LabelledEncoding[]) => examples.map(({ label }) => label);
  const raw = (examples: readonly LabelledEncoding[]) => classLogits(classifier, examples, tokens);
  const ofEach = await logitsOfEach(classifier, encoded.test, tokens);
  const uncalibrated = { test: answers(ofEach, classifier), validation: await raw(encoded.validation) };
  const seconds = (performance.now() - started) / 1000;
  const calibration = calibrationOf(experiment.evaluation, {
    contentFree: await raw(encoded.contentFree),
    validation: uncalibrated.validation,
    labels: labelsOf(encoded.validation),
  });
  const setRight = (logits: readonly number[][]) => logits.map((row) => calibrated(row, calibration));
  const measured = async (examples: readonly LabelledEncoding[], logits: readonly number[][]) => {
    const illegal = await illegalAnswers(classifier, examples, tokens, model.tokenizer.size);
    const of = (logits: readonly number[][]): PartMetrics => ({
      ...measure(logits, labelsOf(examples), classes),
      illegal_rate: illegal.filter(Boolean).length / illegal.length,
    });
    return { metrics: of(setRight(logits)), before: of(logits), illegal };
  };
  const test = await measured(encoded.test, uncalibrated.test);
  const validation = await measured(encoded.validation, uncalibrated.validation);
  const elsewhere: TransferResult[] = [];
  for (const [i, { name, examples }] of transfer.entries()) {
    const logits = await raw(encoded.transfer[i]!), found = await measured(encoded.transfer[i]!, logits);
    const predictions = await predictionsOf(examples, setRight(logits), found.illegal, classes);
    elsewhere.push({ name, metrics: found.metrics, predictions });
  }
  const isValidated = encoded.validation.length > 0;
  const metrics: MetricsFile = {
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
        test: test.before,
        ...(isValidated && { validation: validation.before }),
      }),
    }),
    test: test.metrics,
    ...(isValidated && { validation: validation.metrics }),
    ...(elsewhere.length > 0 && {
      transfer: Object.fromEntries(elsewhere.map(({ name, metrics }) => [name, metrics])),
    }),
  };
  const sampleLogits = setRight(await raw(encoded.samples));
  const samples = experiment.evaluation.samples.map(({ label, ...columns }, i) => ({
    text: Object.values(columns).join(" | "),
    ...(label !== undefined && { label }),
    predicted: classes[indexOfLargest(sampleLogits[i]!)]!,
    probabilities: probabilitiesOf(sampleLogits[i]!, classes),
  }));
  const predictions = await predictionsOf(dataset.test, setRight(uncalibrated.test), test.illegal, classes);
  const each = ofEach[0]!.map((_, p) =>
    measure(ofEach.map((one) => one[p]!), labelsOf(encoded.test), classes).accuracy.value
  );
  return { metrics, predictions, samples, transfer: elsewhere, each };
}
