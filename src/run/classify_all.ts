import { ofFile } from "../base/message.ts";
import type { Example } from "../dataset/example.ts";
import { namedText } from "../evaluation/answer_error.ts";
import type { Answerer } from "../evaluation/predict.ts";
import type { MetricsFile, PartMetrics } from "../results/metrics_file.ts";
import type { Prediction } from "../results/predictions.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { Tuned } from "../training/trainer.ts";
import { calibrationOf } from "./calibrate.ts";
import { CalibratedAnswers } from "./calibrated_answers.ts";
import { classifySamples } from "./classify_samples.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { RunContext } from "./context.ts";
import { metricsOf } from "./metrics_of_run.ts";
import { PartCounter } from "./part_counter.ts";
import type { PreparedRun } from "./prepare.ts";

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

/**
 * Classifies the validation set, the test set, transfer data and samples, each in one pass.
 *
 * @param trained the number of trained parameters
 * @param context its signal stops it between two batches: the signal's reason is thrown; its progress is reported
 * @throws {AnswerError} where a logit is NaN or infinite
 */
export async function classifyAll<One extends EncodedExample>(
  prepared: PreparedRun,
  encoded: EncodedDataset<One>,
  answerer: Answerer<One>,
  trained: number,
  tuned: Tuned | undefined,
  { signal, progress }: Pick<RunContext, "signal" | "progress">,
): Promise<Classified> {
  const { experiment: { evaluation }, dataset, transfer, verbalizer } = prepared;
  const { classes } = verbalizer;
  const counter = new PartCounter(
    [encoded.test, encoded.validation, ...encoded.transfer].map(({ length }) => length),
    (done, total) => progress.reach({ stage: "classifying", done, total }),
  );
  const answersOf = (encodings: readonly One[], examples: readonly Example[]) => {
    const nameOf = (i: number) => namedText(ofFile(examples[i]!.id), examples[i]!.text);
    const onAnswered = counter.next(encodings.length);
    return answerer.answers({ examples: encodings, nameOf, onAnswered, signal });
  };
  const started = performance.now();
  const testAnswers = await answersOf(encoded.test, dataset.test);
  const validationAnswers = await answersOf(encoded.validation, dataset.validation);
  const seconds = (performance.now() - started) / 1000;
  const contentFree = {
    examples: encoded.contentFree,
    nameOf: (i: number) => namedText("the input without content", evaluation.contentFree?.[i] ?? ""),
    signal,
  };
  const calibration = calibrationOf(evaluation, {
    contentFree: await answerer.logits(contentFree),
    validation: validationAnswers.logits,
    labels: labelsOf(encoded.validation),
  });
  const test = new CalibratedAnswers(testAnswers, labelsOf(encoded.test), classes, calibration);
  const validation = encoded.validation.length === 0
    ? undefined
    : new CalibratedAnswers(validationAnswers, labelsOf(encoded.validation), classes, calibration);
  const elsewhere: TransferResult[] = [];
  for (const [i, { name, examples }] of transfer.entries()) {
    const encodings = encoded.transfer[i]!;
    const answers = await answersOf(encodings, examples);
    const part = new CalibratedAnswers(answers, labelsOf(encodings), classes, calibration);
    elsewhere.push({ name, metrics: part.metrics(), predictions: await part.predictions(examples) });
  }
  const answers = { test, validation, transfer: elsewhere, calibration, trained, tuned, seconds };
  return {
    metrics: metricsOf(prepared, encoded, answers),
    samples: await classifySamples(prepared, encoded, answerer, calibration, signal),
    predictions: await test.predictions(dataset.test),
    transfer: elsewhere,
    each: test.accuracyOfEach(),
  };
}

function labelsOf(examples: readonly EncodedExample[]): number[] {
  return examples.map(({ label }) => label);
}
