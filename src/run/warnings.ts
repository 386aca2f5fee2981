import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import { rareClasses } from "../dataset/class_counts.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";

/** Warnings about the data before they are used, one line each. */
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
    ...(repeated > 0 ? [`${repeated} of the ${test.length} test texts are also in the training set`] : []),
    ...rare.filter((line) => line !== undefined),
  ];
  return [
    ...[...notes].map((line) => `${title}: ${line}`),
    ...warnings.map((line) => `warning: ${title}: ${line}`),
  ].map(visible);
}

/** Warnings about the texts in their template, one line each. */
export function encodingWarnings(
  title: string,
  { card }: { readonly card: Pick<OpenModel["card"], "positions" | "sequence"> },
  { truncated: { train, validation, test }, otherwise, unknownWords }: Pick<
    EncodedDataset,
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
