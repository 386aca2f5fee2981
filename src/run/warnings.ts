import { rareClasses } from "../dataset/class_counts.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";

/** What a person should know of the data before they are used, in a line each. */
export function dataWarnings(
  title: string,
  { dataset, transfer, verbalizer: { classes } }: Pick<Prepared, "dataset" | "transfer" | "verbalizer">,
): string[] {
  const { repeated, validation, test } = dataset;
  const notes = new Set([dataset, ...transfer].flatMap(({ notes }) => notes));
  const rare = [
    rareClasses(test, classes, "the test set"),
    validation.length > 0 ? rareClasses(validation, classes, "the validation set") : undefined,
    ...transfer.map(({ name, examples }) => rareClasses(examples, classes, `'${name}'`)),
  ];
  const warnings = [
    ...(repeated > 0 ? [`${repeated} of the ${test.length} test texts stand in the training set, too`] : []),
    ...rare.filter((line) => line !== undefined),
  ];
  return [
    ...[...notes].map((line) => `${title}: ${line}`),
    ...warnings.map((line) => `warning: ${title}: ${line}`),
  ];
}

/** What a person should know of the texts in their template, in a line each. */
export function encodingWarnings(
  title: string,
  { card }: Pick<OpenModel, "card">,
  { truncated: { train, validation, test }, otherwise, unknownWords }: EncodedDataset,
): string[] {
  const truncated = train + validation + test;
  const positions = Math.min(card.positions ?? Infinity, card.sequence ?? Infinity);
  return [
    ...(truncated > 0
      ? [`${title}: ${truncated} texts are truncated to fit the model's ${positions} positions`]
      : []),
    ...(otherwise > 0
      ? [
        `warning: ${title}: ${otherwise} texts hold characters that this tokenizer takes in another way than Hugging Face's own, whose tables of characters are others`,
      ]
      : []),
    ...(unknownWords.length > 0 ? [unknownWordsWarning(title, unknownWords)] : []),
  ];
}

/** What a person should know of words in a template that the tokenizer has no token for. */
export function unknownWordsWarning(title: string, words: readonly string[]): string {
  return `warning: ${title}: the model's tokenizer has no token for ${
    words.map((word) => `'${word}'`).join(", ")
  } in the template: the model reads an unknown token there, or nothing`;
}
