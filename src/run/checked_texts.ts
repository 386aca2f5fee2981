import { placed } from "../dataset/example.ts";
import { InputError } from "../base/errors.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { parseTemplate, type Template } from "../experiment/template.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type Encoded, TemplateEncoder } from "../prompt/encoding.ts";
import type { Texts } from "../prompt/stretch.ts";
import type { LabelledTarget } from "../prompt/target_encoding.ts";
import { likelihoodEncoding } from "./encode_likelihood.ts";
import type { AnyPrepared, Prepared, PreparedGenerated, PreparedLikelihood } from "./prepare.ts";
import type { AskedText } from "./prepare_text.ts";
import { textTargets } from "./text_targets.ts";

/** The largest number of vectors in a prompt's piece during the check: the compiled graph does not depend on it. */
const MOST_VECTORS = 4;

/** The number of test texts from which the two are chosen. */
const LOOKED_AT = 256;

/** The largest number of logits to request from the file at once: it gives one for each word at each token. */
const MOST_LOGITS = 2 ** 25;

/** Texts to compare the answers to: of the kind that the run has. */
export type CheckedTexts =
  | { readonly kind: "words"; readonly texts: readonly LabelledEncoding[] }
  | { readonly kind: "targets"; readonly texts: readonly LabelledTarget[] };

/**
 * The longest and the shortest of the first test texts, with ordinary tokens of the texts in the prompt's places. If
 * all have the same length, the second text is half of one or one repeated, so that one is always padded.
 */
function wordsToCheck({ experiment: { prompt }, model, dataset }: Prepared): CheckedTexts {
  const { tokenizer, card, facts } = model;
  const template: Template = parseTemplate(prompt.template, promptLength(prompt)).map((piece) =>
    piece.kind === "prompt" ? { ...piece, length: Math.min(piece.length, MOST_VECTORS) } : piece
  );
  const encoder = new TemplateEncoder(template, tokenizer, card, "together");
  const texts = dataset.test.slice(0, LOOKED_AT).map(placed);
  const chosen = chosenOf(texts, (text) => encoder.encode(text), facts.words);
  return { kind: "words", texts: chosen.map((text) => ({ ...withOrdinary(text, tokenizer), label: 0 })) };
}

/** The texts whose answers are compared. */
export function textsToCheck(prepared: AnyPrepared): CheckedTexts {
  switch (prepared.form) {
    case "word":
      return wordsToCheck(prepared);
    case "likelihood":
      return classTextsToCheck(prepared);
    case "free":
    case "generate":
      return freeTextsToCheck(prepared);
  }
}

/** As {@linkcode wordsToCheck}, each with a right answer. */
function freeTextsToCheck({ model, dataset, ...prepared }: PreparedGenerated): CheckedTexts {
  const { encoder } = textTargets(prepared.experiment, prepared.reader, prepared.shown, "together");
  const asked: readonly AskedText[] = dataset.test.slice(0, LOOKED_AT);
  const targets = new Map(asked.map((example) => [placed(example), example.targets[0]]));
  const first = asked[0]?.targets[0] ?? "";
  const encode = (text: Texts): LabelledTarget => ({
    ...encoder.encode(text, targets.get(text) ?? first),
    label: 0,
  });
  const chosen = chosenOf([...targets.keys()], encode, model.facts.words);
  return { kind: "targets", texts: chosen.map((text) => withOrdinary(text, model.tokenizer)) };
}

/** As {@linkcode wordsToCheck}, each with a text of a class as answer. */
function classTextsToCheck(prepared: PreparedLikelihood): CheckedTexts {
  const { model: { tokenizer, facts }, dataset, verbalizer: { classes } } = prepared;
  const encoding = likelihoodEncoding(prepared, "together");
  const asked = dataset.test.slice(0, LOOKED_AT);
  const labels = new Map(
    asked.map((example) => [placed(example), Math.max(0, classes.indexOf(example.label))]),
  );
  const texts = [...labels.keys()];
  const chosen = chosenOf(texts, (text) => encoding.train(text, labels.get(text) ?? 0, []), facts.words);
  // Packed examples are not spread.
  const spread = (one: LabelledTarget): LabelledTarget => {
    const { ids, positions, promptRows, truncated, label, targetIds, targetTruncated } = one;
    const all = { ids, positions, promptRows, truncated, label, targetIds, targetTruncated };
    return one.kind === "rows"
      ? { ...all, kind: one.kind, targetRows: one.targetRows }
      : { ...all, kind: one.kind, decoderIds: one.decoderIds };
  };
  return { kind: "targets", texts: chosen.map((text) => withOrdinary(spread(text), tokenizer)) };
}

/** The longest and the shortest of some texts; where all have the same length, the second is half of one or one repeated. */
function chosenOf<One extends Pick<Encoded, "ids">>(
  texts: readonly Texts[],
  encode: (text: Texts) => One,
  words: number,
): One[] {
  const { longest, shortest } = ends(texts.map(encode), words);
  const others = longest.ids.length > shortest.ids.length
    ? []
    : [half, twice].flatMap((change) => changed(texts[0]!, change, encode));
  const pair = ends([longest, shortest, ...others], words);
  return [...new Set([pair.longest, pair.shortest])];
}

/** A changed text, encoded; nothing where the tokenizer has no token for a piece of a word. */
function changed<One>(text: Texts, change: (text: string) => string, encode: (text: Texts) => One): One[] {
  const fields = Object.entries(text).map(([field, text]) => [field, change(text)] as const);
  try {
    return [encode(Object.fromEntries(fields))];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** A text with ordinary tokens of its own in the prompt's places. */
function withOrdinary<One extends Pick<Encoded, "ids" | "promptRows">>(text: One, tokenizer: Tokenizer): One {
  const ordinary = text.ids.filter((id, i) => !tokenizer.isSpecial(id) && !text.promptRows.includes(i));
  const ids = [...text.ids];
  for (const [i, row] of text.promptRows.entries()) ids[row] = ordinary[i % ordinary.length]!;
  return { ...text, ids };
}

/** The longest text whose logits the file can return at once, and the shortest one. */
function ends<One extends Pick<Encoded, "ids">>(
  texts: readonly One[],
  words: number,
): { longest: One; shortest: One } {
  const sorted = texts.toSorted((a, b) => b.ids.length - a.ids.length);
  const shortest = sorted.at(-1)!;
  return { longest: sorted.find(({ ids }) => ids.length * words <= MOST_LOGITS) ?? shortest, shortest };
}

function half(text: string): string {
  const characters = [...text];
  return characters.slice(0, characters.length / 2).join("");
}

function twice(text: string): string {
  return `${text} ${text}`;
}
