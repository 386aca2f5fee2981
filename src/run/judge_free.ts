import { ofFile } from "../base/message.ts";
import { sha256 } from "../base/sha256.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { measureGeneratedClasses } from "../evaluation/generated_classes.ts";
import { measureAnswers, measureTargets } from "../evaluation/text_metrics.ts";
import type { TextMetricsFile, TextPartMetrics } from "../results/metrics_file.ts";
import type { TextPrediction, TextSample } from "../results/run_files.ts";
import type { Tuned } from "../training/trainer.ts";
import type { RunContext } from "./context.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import { classesOfGenerated } from "./generated_classes.ts";
import { majorityBaseline } from "./metrics_of_run.ts";
import type { AskedText } from "./prepare_text.ts";
import type { FreeExample } from "./encode_free.ts";
import { type FreeAnswerer, scoresOf } from "./free_task.ts";
import { generates } from "./generates.ts";
import { PartCounter } from "./part_counter.ts";
import type { PreparedGenerated } from "./prepare.ts";

/** The results on one part of the data. */
interface JudgedPart {
  readonly metrics: TextPartMetrics;
  readonly predictions: readonly TextPrediction[];
}

/** The results of an experiment whose answers are generated. */
export interface JudgedFree {
  readonly metrics: TextMetricsFile;
  readonly predictions: readonly TextPrediction[];
  readonly samples: readonly TextSample[];
  readonly transfer: readonly (JudgedPart & { readonly name: string })[];
}

/**
 * Judges the test set, the validation set and transfer data by the likelihood of right answers and, where texts are asked for, by what
 * the model writes; and lets it answer the samples.
 *
 * @param trained the number of trained parameters
 * @param context its signal stops it between two batches: the signal's reason is thrown; its progress is reported
 * @throws {AnswerError} where an answer is not a number
 */
export async function judgeFree(
  prepared: PreparedGenerated,
  encoded: EncodedDataset<FreeExample>,
  answerer: FreeAnswerer,
  trained: number,
  tuned: Tuned | undefined,
  { signal, progress }: Pick<RunContext, "signal" | "progress">,
): Promise<JudgedFree> {
  const { experiment, dataset, transfer, model, verbalizer: { classes } } = prepared;
  const classesOf = classesOfGenerated(prepared);
  const generate = generates(experiment) ? answerer.generate : undefined;
  const passes = generate ? 2 : 1;
  const counter = new PartCounter(
    [encoded.test, encoded.validation, ...encoded.transfer].map(({ length }) => passes * length),
    (done, total) => progress.reach({ stage: "classifying", done, total }),
  );
  const judge = async (
    encodings: readonly FreeExample[],
    examples: readonly AskedText[],
  ): Promise<JudgedPart> => {
    const count = counter.next(passes * encodings.length);
    const nameOf = (i: number) => namedText(ofFile(examples[i]!.id), examples[i]!.text);
    const questions = { examples: encodings, nameOf, signal };
    const likelihoods = await answerer.likelihoods({ ...questions, onAnswered: count });
    const generated = await generate?.({
      ...questions,
      onAnswered: (done) => count(encodings.length + done),
    });
    const scores = generated && scoresOf(generated, examples);
    const classed = generated && classesOf?.(generated, examples);
    const predictions: TextPrediction[] = [];
    for (const [i, { id, text, targets }] of examples.entries()) {
      predictions.push({
        id,
        text_sha256: await sha256(new TextEncoder().encode(text)),
        text,
        targets,
        ...(generated && { generated: generated[i]!.text }),
        ...classed?.[i],
        ...(scores && { score: scores[i]! }),
        ...likelihoods[i]!,
      });
    }
    return {
      metrics: {
        examples: examples.length,
        ...(classed && measureGeneratedClasses(classed, classes)),
        ...(scores && measureAnswers(scores)),
        ...measureTargets(likelihoods),
      },
      predictions,
    };
  };
  const started = performance.now();
  const test = await judge(encoded.test, dataset.test);
  const validation = encoded.validation.length === 0
    ? undefined
    : await judge(encoded.validation, dataset.validation);
  const seconds = (performance.now() - started) / 1000;
  const elsewhere: (JudgedPart & { readonly name: string })[] = [];
  for (const [i, { name, examples }] of transfer.entries()) {
    elsewhere.push({ name, ...await judge(encoded.transfer[i]!, examples) });
  }
  const { samples } = experiment.evaluation;
  const answers = samples.length === 0 ? undefined : await generate?.({
    examples: encoded.samples,
    nameOf: (i) => namedText("the sample", textOf(samples[i]!)),
    signal,
  });
  const classed = answers && classesOf?.(answers, samples) || [];
  const answersCut = [encoded.validation, encoded.test, ...encoded.transfer].flat()
    .filter(({ target }) => (target?.targetTruncated ?? 0) > 0).length;
  return {
    metrics: {
      status: "complete",
      answers: "texts",
      best_step: tuned?.bestStep ?? 0,
      seconds: tuned?.seconds ?? seconds,
      examples_per_second: tuned?.examplesPerSecond ??
        (encoded.test.length + encoded.validation.length) / seconds,
      truncated: { ...encoded.truncated, answers: answersCut },
      parameters: { trained, of_model: model.parameters, share: trained / model.parameters },
      ...(prepared.form === "generate" && { majority: majorityBaseline(prepared.dataset) }),
      test: test.metrics,
      ...(validation && { validation: validation.metrics }),
      ...(elsewhere.length > 0 && {
        transfer: Object.fromEntries(elsewhere.map(({ name, metrics }) => [name, metrics])),
      }),
    },
    predictions: test.predictions,
    samples: (answers ?? []).map(({ text }, i) => {
      const { label, ...columns } = samples[i]!;
      return {
        text: textOf(columns),
        generated: text,
        ...(label !== undefined && { label }),
        ...(classed[i] && { predicted: classed[i].predicted }),
      };
    }),
    transfer: elsewhere,
  };
}

/** The text of a sample: of several columns, one after the other. */
function textOf(sample: Readonly<Record<string, string | undefined>>): string {
  return Object.values(sample).join(" | ");
}
