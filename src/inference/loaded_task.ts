import { type Answerer, type Classifier, type Questions, wordAnswerer } from "../evaluation/predict.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { parseTemplate } from "../experiment/template.ts";
import type { WordExperiment } from "../experiment/types.ts";
import type { OpenModel } from "../model/open_model.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { type PositionCounting, TemplateEncoder } from "../prompt/encoding.ts";
import type { Texts } from "../prompt/stretch.ts";
import { readVerbalizer } from "../prompt/verbalizer.ts";
import type { EncodedExample } from "../run/encode_dataset.ts";

/** The class logits of texts, and how many tokens of each did not fit. */
export interface LoadedAnswers {
  /** [texts][classes] */
  readonly logits: readonly (readonly number[])[];
  readonly truncated: readonly number[];
}

/** What a loaded run does in its own way for each form of answers. */
export interface LoadedTask {
  /** The columns in the template. */
  readonly columns: readonly string[];
  /** What answers texts. */
  answerer(
    classifier: Classifier,
  ): (texts: readonly Texts[], questions: Omit<Questions<never>, "examples">) => Promise<LoadedAnswers>;
}

/** Answers that are words. @throws {ConfigValueError} where the verbalizer or the template does not fit the model */
export function loadedWords(
  { prompt, verbalizer: words, multiTokenWords }: Pick<
    WordExperiment,
    "prompt" | "verbalizer" | "multiTokenWords"
  >,
  { tokenizer, card, facts }: OpenModel,
  counting: PositionCounting,
): LoadedTask {
  const verbalizer = readVerbalizer(words, tokenizer, multiTokenWords);
  const template = parseTemplate(prompt.template, promptLength(prompt));
  const encoder = new TemplateEncoder(template, tokenizer, card, counting);
  const encode = (texts: Texts): LabelledEncoding => ({ ...encoder.encode(texts), label: 0 });
  const vocabulary = Math.min(tokenizer.size, facts.words);
  return {
    columns: Object.keys(encoder.noTexts),
    answerer: (classifier) => answersOf(wordAnswerer(classifier, verbalizer, vocabulary), encode),
  };
}

/** Answers of a form, for texts. */
export function answersOf<One extends EncodedExample>(
  answerer: Answerer<One>,
  encode: (texts: Texts) => One,
): ReturnType<LoadedTask["answerer"]> {
  return async (texts, questions) => {
    const examples = texts.map(encode);
    const logits = await answerer.logits({ ...questions, examples });
    return { logits, truncated: examples.map(({ truncated }) => truncated) };
  };
}
