import { type Example, placed } from "../dataset/example.ts";
import { readColumns } from "../dataset/reading.ts";
import { InputError, reworded } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { columnsOf, parseTemplate } from "../experiment/template.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import type { Prepared } from "./prepare.ts";

/** The examples of an experiment in its template. */
export interface EncodedDataset {
  readonly train: readonly LabelledEncoding[];
  readonly validation: readonly LabelledEncoding[];
  readonly test: readonly LabelledEncoding[];
  /** The transfer datasets, in order. */
  readonly transfer: readonly (readonly LabelledEncoding[])[];
  /** The experiment's own sentences; their label does not matter. */
  readonly samples: readonly LabelledEncoding[];
  /** Inputs without content, for contextual calibration. */
  readonly contentFree: readonly LabelledEncoding[];
  /** The number of texts that may be tokenized differently by Hugging Face's own tokenizer. */
  readonly otherwise: number;
  /** Words of the template that the tokenizer has no token for. */
  readonly unknownWords: readonly string[];
  /** The numbers of texts truncated to fit the model's positions. */
  readonly truncated: Readonly<Record<"train" | "validation" | "test" | "samples", number>>;
}

/**
 * Puts all texts of an experiment into its template.
 *
 * @throws {InputError} where the template does not fit the model
 */
export function encodeDataset(
  { experiment, model, dataset, transfer, verbalizer }: Prepared,
  counting: PositionCounting,
): EncodedDataset {
  const { prompt, training, evaluation } = experiment;
  const template = parseTemplate(prompt.template, promptLength(prompt));
  const encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting);
  const held = new PackedEncodings();
  const encode = (examples: readonly Example[]) =>
    examples.map((example) => {
      const encoded = reworded(
        () => encoder.encode(placed(example)),
        (what) => new InputError(message`${ofFile(example.id)}: ${what}`),
      );
      return held.pack({ ...encoded, label: Math.max(0, verbalizer.classes.indexOf(example.label)) });
    });
  const names = columnsOf(template);
  const own = (id: string, texts: Readonly<Record<string, string | undefined>>): Example => {
    const given = Object.fromEntries(names.map((name) => [name, texts[name] ?? ""]));
    const columns = readColumns(given, names, experiment.dataset.clean);
    return { id, text: Object.values(columns).join(" | "), columns, label: texts.label ?? "" };
  };
  const parts = {
    train: encode(training ? dataset.train : []),
    validation: encode(dataset.validation),
    test: encode(dataset.test),
    transfer: transfer.map(({ examples }) => encode(examples)),
    contentFree: encode(
      (evaluation.contentFree ?? []).map((text, i) =>
        own(`evaluation.contentFree[${i}]`, Object.fromEntries(names.map((name) => [name, text])))
      ),
    ),
    samples: encode(evaluation.samples.map((sample, i) => own(`evaluation.samples[${i}]`, sample))),
  };
  const truncated = (examples: readonly LabelledEncoding[]) =>
    examples.filter((example) => example.truncated > 0).length;
  const texts = [...dataset.train, ...dataset.validation, ...dataset.test].map(({ text }) => text);
  return {
    ...parts,
    unknownWords: encoder.unknownWords,
    otherwise: texts.filter((text) => model.tokenizer.differsFromReference(text)).length,
    truncated: {
      train: truncated(parts.train),
      validation: truncated(parts.validation),
      test: truncated(parts.test),
      samples: truncated(parts.samples),
    },
  };
}
