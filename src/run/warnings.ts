import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import { rareClasses } from "../dataset/class_counts.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import { unequalClasses } from "../dataset/unequal_classes.ts";
import type { Experiment } from "../experiment/types.ts";
import type { ReadingCard } from "../model/card.ts";
import type { OpenModel } from "../model/open_model.ts";
import { hasRowsBefore } from "./compile_experiment.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { PreparedClasses, PreparedGeneratedClasses } from "./prepare.ts";
import type { Notice } from "./progress.ts";

/** Of an experiment whose answers are classes, with probabilities or not. */
type PreparedOfClasses = PreparedClasses | PreparedGeneratedClasses;

/** Notices about the data before they are used; runs with the same data have them in common. @param title of the run */
export function dataWarnings(
  title: string,
  prepared: Pick<PreparedOfClasses, "experiment" | "dataset" | "transfer" | "verbalizer">,
): Notice[] {
  const { experiment, dataset, transfer, verbalizer: { classes } } = prepared;
  const { validation, test } = dataset;
  return notices(title, prepared, {
    unequal: unequal(experiment, dataset, classes),
    "rare in test": rareClasses(test, classes, "the test set"),
    "rare in validation": validation.length > 0
      ? rareClasses(validation, classes, "the validation set")
      : undefined,
    ...Object.fromEntries(
      transfer.map(({ name, examples }) =>
        [`rare in ${name}`, rareClasses(examples, classes, `'${name}'`)] as const
      ),
    ),
  });
}

/** The same of data without classes. */
export function answeredWarnings(title: string, prepared: NoticedData): Notice[] {
  return notices(title, prepared, {});
}

/** Data that notices are about. */
type NoticedData = Pick<PreparedBase, "experiment" | "dataset" | "transfer">;

function notices(
  title: string,
  { experiment, dataset, transfer }: NoticedData,
  others: Readonly<Record<string, string | undefined>>,
): Notice[] {
  const notes = new Set([dataset, ...transfer].flatMap(({ notes }) => notes));
  const warnings = { overlap: overlap(dataset.repeated, dataset.test.length), ...others };
  const data = datasetName(experiment.dataset);
  return [
    ...[...notes].map((line) => ({ about: line, line: visible(`${title}: ${line}`) })),
    ...Object.entries(warnings).flatMap(([kind, line]) =>
      line === undefined ? [] : [{ about: `${data}: ${kind}`, line: visible(`warning: ${title}: ${line}`) }]
    ),
  ];
}

/**
 * The hint that another template would make steps faster: those of a causal model leave out texts before its prompt. `undefined` where
 * they stand there, or nothing would be gained.
 */
export function templateHint(
  title: string,
  experiment: Pick<Experiment, "prompt" | "tune">,
  card: Pick<ReadingCard, "kind">,
): Notice | undefined {
  if (experiment.tune !== "prompt" || card.kind !== "causal" || hasRowsBefore(experiment, card)) {
    return undefined;
  }
  return {
    about: "the prompt stands before the text",
    line: visible(
      `hint: ${title}: the prompt stands before the text, so that each step computes the whole text again: on the CPU, steps of a causal model are several times as fast where the template has the text first, as in '{text} {prompt} it was': what they read of it is then computed once, and kept in memory or in a file (results differ; see docs/speed.md)`,
    ),
  };
}

/** The warning about test texts that are also in the training set; `undefined` where there are none. */
export function overlap(repeated: number, tests: number): string | undefined {
  if (repeated === 0) return undefined;
  return `${repeated} of the ${tests} test texts are also in the training set: results on them say little, so remove them from one of the two`;
}

/** A warning about the sizes of the classes that are trained on; where nothing is trained, of those that are tested. */
function unequal(
  { training }: PreparedOfClasses["experiment"],
  { train, test }: Dataset,
  classes: readonly string[],
): string | undefined {
  if (training === undefined) return unequalClasses(test, classes, "the test set");
  const found = unequalClasses(train, classes, "the training set");
  if (found === undefined || training.classWeights !== undefined) return found;
  return `${found}, and try 'training.classWeights: balanced'`;
}

/** A warning about the answers to the test set: all are the same class, or none (`null`), although the texts are not. */
export function answerWarning(
  title: string,
  { experiment: { tune, evaluation }, dataset: { test } }: Pick<PreparedOfClasses, "experiment" | "dataset">,
  predictions: readonly { readonly predicted: string | null }[],
): string | undefined {
  const answers = new Set(predictions.map(({ predicted }) => predicted));
  const [only] = answers;
  if (only === undefined || answers.size > 1 || new Set(test.map(({ label }) => label)).size < 2) {
    return undefined;
  }
  const tuning = tune === "none" ? [] : ["more steps or another 'training.optimizer.learningRate'"];
  if (only === null) {
    return visible(
      `warning: ${title}: to none of the ${test.length} test texts the model wrote a text of a class: try ${
        [...tuning, "'prompt.examples'", "'answer.choose: likelihood'"].join(", or ")
      }`,
    );
  }
  const isCalibrated = "generate" in evaluation || evaluation.calibrate?.includes("contextual");
  const ways = [
    ...tuning,
    "other words in 'verbalizer'",
    ...(isCalibrated ? [] : ["'evaluation.calibrate: [contextual]'"]),
  ];
  return visible(
    `warning: ${title}: all ${test.length} test texts got the class '${only}': try ${ways.join(", or ")}`,
  );
}

/** Warnings about the texts in their template, one line each. */
export function encodingWarnings(
  title: string,
  { card }: { readonly card: Pick<OpenModel["card"], "positions" | "sequence"> },
  { truncated: { train, validation, test }, otherwise, unknownWords }: Pick<
    EncodedDataset<EncodedExample>,
    "truncated" | "otherwise" | "unknownWords"
  >,
): string[] {
  const truncated = train + validation + test;
  const positions = Math.min(card.positions ?? Infinity, card.sequence ?? Infinity);
  return [
    ...(truncated > 0
      ? [
        `${title}: ${counted(truncated, "text")} ${
          truncated === 1 ? "is" : "are"
        } truncated to fit the model's ${positions} positions`,
      ]
      : []),
    ...(otherwise > 0
      ? [
        `warning: ${title}: ${
          counted(otherwise, "text")
        } with characters that Hugging Face's own tokenizer may treat differently, as its Unicode tables differ`,
      ]
      : []),
    ...(unknownWords.length > 0 ? [unknownWordsWarning(title, unknownWords)] : []),
  ];
}

/** The warning about words in a template that the tokenizer has no token for. */
export function unknownWordsWarning(title: string, words: readonly string[]): string {
  return `warning: ${title}: the model's tokenizer has no token for ${
    words.map((word) => `'${word}'`).join(", ")
  } in the template: the model reads an unknown token there, or nothing`;
}
