import { ofFile } from "../base/message.ts";
import { countByClass } from "../dataset/class_counts.ts";
import type { Example } from "../dataset/example.ts";
import type { Dataset } from "../dataset/load.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { measure } from "../evaluation/metrics.ts";
import { type Answers, answersTo, type Classifier, classLogits } from "../evaluation/predict.ts";
import { calibrated } from "../evaluation/recalibration.ts";
import { indexOfLargest } from "../evaluation/softmax.ts";
import { calibrationFile, calibrationOf } from "./calibrate.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import type { MetricsFile, PartMetrics } from "../results/metrics_file.ts";
import { type Prediction, predictionsOf, probabilitiesOf } from "../results/predictions.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";
import type { Tuned } from "../training/trainer.ts";

/** The result on transfer data. */
export interface TransferResult {
  readonly name: string;
  readonly metrics: PartMetrics;
  readonly predictions: readonly Prediction[];
}

/** The results of classifying everything that an experiment names. */
export interface Classified {
  readonly metrics: MetricsFile;
  readonly predictions: readonly Prediction[];
  readonly samples: readonly SamplePrediction[];
  readonly transfer: readonly TransferResult[];
  /** The test accuracy of each prompt of an ensemble alone; for a single prompt, its own. */
  readonly each: readonly number[];
}

/** The most frequent class of the training set (of equals, the alphabetically first), and its accuracy on the test set. */
function majorityBaseline({ train, test }: Dataset): { class: string; accuracy: number } {
  const counts = countByClass(train);
  const [most] = [...counts.keys()].sort().sort((a, b) => counts.get(b)! - counts.get(a)!) as [string];
  return { class: most, accuracy: test.filter(({ label }) => label === most).length / test.length };
}

/**
 * Classifies the validation set, the test set, transfer data and samples, each in one pass.
 *
 * @param trained the number of trained parameters
 * @param signal stops it between two batches: its reason is thrown
 * @throws {AnswerError} where a logit is NaN or infinite
 */
export async function classifyAll(
  { experiment, dataset, transfer, verbalizer, model }: Prepared,
  encoded: EncodedDataset,
  classifier: Classifier,
  trained: number,
  tuned: Tuned | undefined,
  signal: AbortSignal,
): Promise<Classified> {
  const { classes } = verbalizer;
  const started = performance.now();
  const { evaluation } = experiment;
  const vocabulary = Math.min(model.tokenizer.size, model.facts.words);
  const labelsOf = (examples: readonly LabelledEncoding[]) => examples.map(({ label }) => label);
  const answered = (examples: readonly LabelledEncoding[], of: readonly Example[]) =>
    answersTo(
      classifier,
      { examples, nameOf: (i) => namedText(ofFile(of[i]!.id), of[i]!.text), signal },
      verbalizer,
      vocabulary,
    );
  const of = {
    test: await answered(encoded.test, dataset.test),
    validation: await answered(encoded.validation, dataset.validation),
  };
  const seconds = (performance.now() - started) / 1000;
  const labels = { test: labelsOf(encoded.test), validation: labelsOf(encoded.validation) };
  const withoutContent = (i: number) =>
    namedText("the input without content", evaluation.contentFree?.[i] ?? "");
  const calibration = calibrationOf(evaluation, {
    contentFree: await classLogits(
      classifier,
      { examples: encoded.contentFree, nameOf: withoutContent, signal },
      verbalizer,
    ),
    validation: of.validation.logits,
    labels: labels.validation,
  });
  const setRight = (logits: readonly (readonly number[])[]) =>
    logits.map((row) => calibrated(row, calibration));
  const measured = ({ logits, illegal }: Answers, labels: readonly number[]) => {
    const under = (logits: readonly (readonly number[])[]): PartMetrics => ({
      ...measure(logits, labels, classes),
      illegal_rate: illegal.filter(Boolean).length / illegal.length,
    });
    return { metrics: under(setRight(logits)), before: under(logits) };
  };
  const predicted = (examples: readonly Example[], { logits, illegal }: Answers) =>
    predictionsOf(examples, setRight(logits), illegal, classes);
  const test = measured(of.test, labels.test);
  const validation = measured(of.validation, labels.validation);
  const elsewhere: TransferResult[] = [];
  for (const [i, { name, examples }] of transfer.entries()) {
    const here = encoded.transfer[i]!;
    const found = await answered(here, examples);
    const { metrics } = measured(found, labelsOf(here));
    elsewhere.push({ name, metrics, predictions: await predicted(examples, found) });
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
  const texts = evaluation.samples.map(({ label: _, ...columns }) => Object.values(columns).join(" | "));
  const sampleLogits = setRight(
    await classLogits(
      classifier,
      { examples: encoded.samples, nameOf: (i) => namedText("the sample", texts[i]!), signal },
      verbalizer,
    ),
  );
  const samples = evaluation.samples.map(({ label }, i) => ({
    text: texts[i]!,
    ...(label !== undefined && { label }),
    predicted: classes[indexOfLargest(sampleLogits[i]!)]!,
    probabilities: probabilitiesOf(sampleLogits[i]!, classes),
  }));
  const each = of.test.ofEach[0]!.map((_, p) =>
    measure(of.test.ofEach.map((one) => one[p]!), labels.test, classes).accuracy.value
  );
  return { metrics, predictions: await predicted(dataset.test, of.test), samples, transfer: elsewhere, each };
}
