import { type AnsweredExample, type AnyExample, placed } from "../dataset/example.ts";
import { readColumns } from "../dataset/reading.ts";
import { InputError, reworded } from "../base/errors.ts";
import { Yielder } from "../base/yielder.ts";
import { message, ofFile } from "../base/message.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { parseTemplate } from "../experiment/template.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import { PackedEncodings } from "../prompt/packed_encodings.ts";
import type { Texts } from "../prompt/stretch.ts";
import type { TrainingExamples } from "../prompt/training_feeds.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { Prepared } from "./prepare.ts";

/** An encoded example with a class. */
export interface EncodedExample {
  /** The index of its class. */
  readonly label: number;
  /** The number of its tokens that did not fit. */
  readonly truncated: number;
}

/** The examples of an experiment in its template. */
export interface EncodedDataset<One extends EncodedExample = LabelledEncoding> {
  readonly train: TrainingExamples;
  readonly validation: readonly One[];
  readonly test: readonly One[];
  /** The transfer datasets, in order. */
  readonly transfer: readonly (readonly One[])[];
  /** The experiment's own sentences; their label does not matter. */
  readonly samples: readonly One[];
  /** Inputs without content, for contextual calibration. */
  readonly contentFree: readonly One[];
  /** The number of texts that may be tokenized differently by Hugging Face's own tokenizer. */
  readonly otherwise: number;
  /** Words of the template that the tokenizer has no token for. */
  readonly unknownWords: readonly string[];
  /** The numbers of texts truncated to fit the model's positions. */
  readonly truncated: Readonly<Record<"train" | "validation" | "test" | "samples", number>>;
}

/** Puts examples into a template, for training and for scoring. */
export interface ExampleEncoding<One, Trained> {
  /** What reads the template. */
  readonly encoder: TemplateEncoder;
  /** An example to score. @param label the index of its class @param targets its right answers, where there are no classes */
  score(texts: Texts, label: number, targets: readonly string[]): One;
  /** An example to train on. As {@linkcode score} otherwise. */
  train(texts: Texts, label: number, targets: readonly string[]): Trained;
}

/** Hears how many texts are encoded, of how many. */
export type OnEncoded = (done: number, total: number) => void;

/** The number of texts after which it is reported how many are done. */
const REPORTED = 256;

/**
 * Puts all texts of an experiment whose answers are words into its template.
 *
 * @param signal stops it: its reason is thrown
 * @param onEncoded hears how many texts are done, of how many
 * @throws {InputError} where the template does not fit the model
 */
export async function encodeDataset(
  prepared: Prepared,
  counting: PositionCounting,
  signal?: AbortSignal,
  onEncoded?: OnEncoded,
): Promise<EncodedDataset> {
  const { experiment: { prompt }, model } = prepared;
  const template = parseTemplate(prompt.template, promptLength(prompt));
  const encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting);
  const held = new PackedEncodings();
  const encode = (texts: Texts, label: number) => held.pack({ ...encoder.encode(texts), label });
  return await encodeWith(prepared, { encoder, score: encode, train: encode }, signal, onEncoded);
}

/** Puts all texts of an experiment into its template. As {@linkcode encodeDataset} otherwise. */
export async function encodeWith<One extends EncodedExample, Trained extends EncodedExample>(
  { experiment, model, dataset, transfer, verbalizer }: PreparedBase,
  encoding: ExampleEncoding<One, Trained>,
  signal?: AbortSignal,
  onEncoded: OnEncoded = () => {},
): Promise<Omit<EncodedDataset<One>, "train"> & { readonly train: readonly Trained[] }> {
  const yielder = new Yielder(signal);
  const { training, evaluation } = experiment;
  const contentFree = ("contentFree" in evaluation ? evaluation.contentFree : undefined) ?? [];
  const texts = [...dataset.train, ...dataset.validation, ...dataset.test].map(({ text }) => text);
  const tables = [
    training ? dataset.train : [],
    dataset.validation,
    dataset.test,
    ...transfer.map(({ examples }) => examples),
    contentFree,
    evaluation.samples,
  ];
  const total = tables.reduce((sum, { length }) => sum + length, texts.length);
  let done = 0;
  const count = () => {
    if (++done % REPORTED === 0 || done === total) onEncoded(done, total);
  };
  const encodeBy = async <Made>(
    examples: readonly AnyExample[],
    by: (texts: Texts, label: number, targets: readonly string[]) => Made,
  ) => {
    const packed: Made[] = [];
    for (const example of examples) {
      const label = Math.max(0, verbalizer.classes.indexOf(example.label ?? ""));
      const targets = answersOf(example);
      const encoded = reworded(
        () => by(placed(example), label, targets),
        (what) => new InputError(message`${ofFile(example.id)}: ${what}`),
      );
      packed.push(encoded);
      count();
      await yielder.yieldIfDue();
    }
    return packed;
  };
  const encode = (examples: readonly AnyExample[]) => encodeBy(examples, encoding.score);
  const encodeEach = async (tables: readonly (readonly AnyExample[])[]) => {
    const encoded: One[][] = [];
    for (const examples of tables) encoded.push(await encode(examples));
    return encoded;
  };
  const names = Object.keys(encoding.encoder.noTexts);
  const own = (id: string, texts: Readonly<Record<string, string | undefined>>): AnyExample => {
    const given = Object.fromEntries(names.map((name) => [name, texts[name] ?? ""]));
    const columns = readColumns(given, names, experiment.dataset.clean);
    return { id, text: Object.values(columns).join(" | "), columns, label: texts.label ?? "" };
  };
  const parts = {
    train: await encodeBy(training ? dataset.train : [], encoding.train),
    validation: await encode(dataset.validation),
    test: await encode(dataset.test),
    transfer: await encodeEach(transfer.map(({ examples }) => examples)),
    contentFree: await encode(
      contentFree.map((text, i) =>
        own(`evaluation.contentFree[${i}]`, Object.fromEntries(names.map((name) => [name, text])))
      ),
    ),
    samples: await encode(evaluation.samples.map((sample, i) => own(`evaluation.samples[${i}]`, sample))),
  };
  const truncated = (examples: readonly { readonly truncated: number }[]) =>
    examples.filter((example) => example.truncated > 0).length;
  let otherwise = 0;
  for (const text of texts) {
    if (model.tokenizer.differsFromReference(text)) otherwise++;
    count();
    await yielder.yieldIfDue();
  }
  return {
    ...parts,
    unknownWords: encoding.encoder.unknownWords,
    otherwise,
    truncated: {
      train: truncated(parts.train),
      validation: truncated(parts.validation),
      test: truncated(parts.test),
      samples: truncated(parts.samples),
    },
  };
}

/** The right answers of an example, where it has some of its own. */
function answersOf(example: AnyExample | AnsweredExample): readonly string[] {
  return "targets" in example ? example.targets : [];
}
