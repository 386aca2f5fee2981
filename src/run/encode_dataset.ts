import { type Example, placed } from "../dataset/example.ts";
import { readColumns } from "../dataset/reading.ts";
import { InputError, reworded } from "../base/errors.ts";
import { Yielder } from "../base/yielder.ts";
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

/** Hears how many texts are encoded, of how many. */
export type OnEncoded = (done: number, total: number) => void;

/** The number of texts after which it is reported how many are done. */
const REPORTED = 256;

/**
 * Puts all texts of an experiment into its template.
 *
 * @param signal stops it: its reason is thrown
 * @param onEncoded hears how many texts are done, of how many
 * @throws {InputError} where the template does not fit the model
 */
export async function encodeDataset(
  { experiment, model, dataset, transfer, verbalizer }: Prepared,
  counting: PositionCounting,
  signal?: AbortSignal,
  onEncoded: OnEncoded = () => {},
): Promise<EncodedDataset> {
  const yielder = new Yielder(signal);
  const { prompt, training, evaluation } = experiment;
  const template = parseTemplate(prompt.template, promptLength(prompt));
  const encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting);
  const held = new PackedEncodings();
  const texts = [...dataset.train, ...dataset.validation, ...dataset.test].map(({ text }) => text);
  const tables = [
    training ? dataset.train : [],
    dataset.validation,
    dataset.test,
    ...transfer.map(({ examples }) => examples),
    evaluation.contentFree ?? [],
    evaluation.samples,
  ];
  const total = tables.reduce((sum, { length }) => sum + length, texts.length);
  let done = 0;
  const count = () => {
    if (++done % REPORTED === 0 || done === total) onEncoded(done, total);
  };
  const encode = async (examples: readonly Example[]) => {
    const packed: LabelledEncoding[] = [];
    for (const example of examples) {
      const encoded = reworded(
        () => encoder.encode(placed(example)),
        (what) => new InputError(message`${ofFile(example.id)}: ${what}`),
      );
      packed.push(held.pack({ ...encoded, label: Math.max(0, verbalizer.classes.indexOf(example.label)) }));
      count();
      await yielder.yieldIfDue();
    }
    return packed;
  };
  const encodeEach = async (tables: readonly (readonly Example[])[]) => {
    const encoded: LabelledEncoding[][] = [];
    for (const examples of tables) encoded.push(await encode(examples));
    return encoded;
  };
  const names = columnsOf(template);
  const own = (id: string, texts: Readonly<Record<string, string | undefined>>): Example => {
    const given = Object.fromEntries(names.map((name) => [name, texts[name] ?? ""]));
    const columns = readColumns(given, names, experiment.dataset.clean);
    return { id, text: Object.values(columns).join(" | "), columns, label: texts.label ?? "" };
  };
  const parts = {
    train: await encode(training ? dataset.train : []),
    validation: await encode(dataset.validation),
    test: await encode(dataset.test),
    transfer: await encodeEach(transfer.map(({ examples }) => examples)),
    contentFree: await encode(
      (evaluation.contentFree ?? []).map((text, i) =>
        own(`evaluation.contentFree[${i}]`, Object.fromEntries(names.map((name) => [name, text])))
      ),
    ),
    samples: await encode(evaluation.samples.map((sample, i) => own(`evaluation.samples[${i}]`, sample))),
  };
  const truncated = (examples: readonly LabelledEncoding[]) =>
    examples.filter((example) => example.truncated > 0).length;
  let otherwise = 0;
  for (const text of texts) {
    if (model.tokenizer.differsFromReference(text)) otherwise++;
    count();
    await yielder.yieldIfDue();
  }
  return {
    ...parts,
    unknownWords: encoder.unknownWords,
    otherwise,
    truncated: {
      train: truncated(parts.train),
      validation: truncated(parts.validation),
      test: truncated(parts.test),
      samples: truncated(parts.samples),
    },
  };
}
