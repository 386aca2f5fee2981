import { stringify } from "yaml";
import { counted } from "../base/counted.ts";
import { markdownCode, markdownText } from "../base/markdown.ts";
import type { Clean } from "../dataset/reading.ts";
import type { GeneratedEvaluation, LikelihoodAnswers } from "../experiment/text_types.ts";
import type { WordExperiment } from "../experiment/types.ts";
import { afterScaleContext } from "./embedding_scale.ts";
import type { ReadingCard } from "../model/card.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/** The cleaning of texts before they are put into a template, in words. */
const READ: Record<Clean, string> = {
  none: "",
  textcnn:
    ", and cleaned: `--`, each of `\"'.,[]():\\=$/*;%`, the backtick, digits and `<b>` are deleted, in this order, `-` becomes a blank, and runs of blanks become one",
};

/** How a kind of model is loaded, and where it answers. */
const KINDS = {
  masked: { loader: "AutoModelForMaskedLM", place: "the answer is read at the mask" },
  causal: { loader: "AutoModelForCausalLM", place: "the answer is read at the template's last token" },
  "encoder-decoder": { loader: "AutoModelForSeq2SeqLM", place: "the decoder writes the answer" },
} as const satisfies Readonly<Record<ReadingCard["kind"], object>>;

/** What an adapter is of. */
export interface AdapterSubject {
  readonly name: string;
  readonly clean: Clean;
  /** The number of vectors. */
  readonly length: number;
  readonly template: string;
  readonly kind: ReadingCard["kind"];
  /** What is made of the answer, a paragraph or a list. */
  readonly answers: string;
}

/**
 * The README of an adapter: what a program has to do around the prompt for the same answers.
 *
 * @param entry where the vectors enter, for a model that scales its word embeddings
 * @param tokenizer the model's: where it puts a space before a text, the template's space after the vectors is that one
 */
export function adapterCard(
  { name, clean, length, template, kind, answers }: AdapterSubject,
  source: string,
  entry: string | undefined,
  tokenizer: Pick<Tokenizer, "putsBlank">,
): string {
  const after = template.replace(/^\{prompt(?::\d+)?\}/, "");
  const words = tokenizer.putsBlank ? after.replace(/^ /, "") : after;
  const { loader, place } = KINDS[kind];
  return `---
${stringify({ base_model: source, library_name: "peft" }, { lineWidth: 0 }).trimEnd()}
---

# ${name}

A soft prompt of ${counted(length, "vector")}, tuned with softprompt.

\`\`\`python
from peft import PeftModel
from transformers import ${loader}

model = PeftModel.from_pretrained(${loader}.from_pretrained(${JSON.stringify(source)}), "this-folder")
\`\`\`

PEFT puts the vectors before everything.${
    entry === undefined ? "" : ` For this model, ${entry}.`
  } The text goes into this template, white space and all, is tokenized
together with it, and ${place}:

\`\`\`python
template = ${JSON.stringify(words)}
\`\`\`

Texts are read without white space at their ends${READ[clean]}.

${answers}
`;
}

/** What is made of the answer where it is words of classes. */
export function wordsInCard(
  { verbalizer, multiTokenWords }: Pick<WordExperiment, "verbalizer" | "multiTokenWords">,
): string {
  return `A class's logit is the mean of its words' logits${
    multiTokenWords === "firstToken"
      ? ", a word being its first token"
      : multiTokenWords === "mean"
      ? ", a word's the mean of its tokens'"
      : ""
  }:

${classList(verbalizer)}`;
}

/** The same where classes are found by the likelihood of their texts. */
export function classTextsInCard(
  { verbalizer, answer: { normalize } }: Pick<LikelihoodAnswers, "verbalizer" | "answer">,
): string {
  return `A class's score is the logarithm of the probability of its text as the answer${
    normalize === "tokens" ? ", divided by the number of its tokens" : ""
  }; of several texts, that of the most probable:

${classList(verbalizer)}`;
}

function classList(verbalizer: LikelihoodAnswers["verbalizer"]): string {
  return Object.entries(verbalizer).map(([label, list]) =>
    `- ${markdownText(label)}: ${list.map(markdownCode).join(", ")}`
  ).join("\n");
}

/** The same where it is free text. */
export function textInCard({ generate }: Pick<GeneratedEvaluation, "generate">): string {
  const { maxTokens, stop } = generate;
  const stops = stop.map((one) => markdownCode(JSON.stringify(one))).join(" or ");
  return `The answer is what the model writes, at most ${counted(maxTokens, "token")}${
    stops && `, up to ${stops}`
  }, without white space at its ends.`;
}

/** Where the vectors of an adapter enter a model that scales its word embeddings, and what to do where they enter elsewhere. */
export function scaleNote(scale: number): string {
  return `the vectors enter ${
    afterScaleContext(scale)
  }; where the model's code multiplies \`inputs_embeds\` itself (Marian, Gemma 1 and 2 before transformers 5), divide them by it first`;
}
