import { ConfigValueError } from "../base/errors.ts";
import { message } from "../base/message.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { type ChatForm, parseTemplate, type Template } from "../experiment/template.ts";
import type { TextExperiment, TextPrompt } from "../experiment/text_types.ts";
import type { TextReader } from "../model/text_reader.ts";
import { CausalTargets } from "../prompt/causal_targets.ts";
import { chatForm, messagesOf } from "../prompt/chat_form.ts";
import { type ClassTexts, readClassTexts } from "../prompt/class_texts.ts";
import { DecoderTargets, mostTargetTokens } from "../prompt/decoder_targets.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import { type ShownExample, withExamples, withExampleTurns } from "../prompt/few_shot.ts";
import { MaskedTargets, maskedTokens } from "../prompt/masked_targets.ts";
import type { TargetEncoder } from "../prompt/target_encoding.ts";
import { sameTexts } from "../text_metrics/class_of_text.ts";

/** What puts an experiment's texts and answers into its template. */
export interface TextTargets {
  readonly encoder: TargetEncoder;
  /** The texts of the classes; `undefined` for free texts. */
  readonly classes: ClassTexts | undefined;
  /** The token at which an answer ends, if the model has one. */
  readonly end: number | undefined;
}

/**
 * Makes what puts an experiment's texts and answers into its template, examples from the training set in front.
 *
 * @param shown the examples
 * @throws {ConfigValueError} where the template, the verbalizer or the examples do not fit the model, or the model writes no texts
 */
export function textTargets(
  experiment: TextExperiment,
  reader: TextReader,
  shown: readonly ShownExample[],
  counting: PositionCounting,
): TextTargets {
  const make = (shown: readonly ShownExample[]) => targetsWith(experiment, reader, shown, counting);
  try {
    return make(shown);
  } catch (error) {
    if (!(error instanceof ConfigValueError) || shown.length === 0) throw error;
    // What is wrong without examples, too, is not their fault.
    make([]);
    throw new ConfigValueError([{
      path: ["prompt", "examples"],
      message: message`'prompt.examples: ${shown.length}' does not fit (${error.forms}): lower it`,
    }]);
  }
}

function targetsWith(
  experiment: TextExperiment,
  reader: TextReader,
  shown: readonly ShownExample[],
  counting: PositionCounting,
): TextTargets {
  const { tokenizer, card, tokens: { start } } = reader;
  const { template, end, lead, isWhole } = written(experiment, reader, shown);
  const { verbalizer } = experiment;
  if (card.kind === "masked") {
    const read = (text: string) => maskedTokens(template, text, tokenizer);
    const classes = readClassTexts(classesOfMasked(experiment), tokenizer, read);
    const encoder = new MaskedTargets(template, { tokenizer, card }, counting, classes.longest);
    return { encoder, classes, end: undefined };
  }
  checkEnd(experiment, end);
  const model = { tokenizer, card, end };
  if (card.kind === "encoder-decoder") {
    if (start === undefined) throw new RangeError("an encoder-decoder without a first token");
    checkDecoder(experiment, reader);
    const encoder = new DecoderTargets(template, { ...model, start }, counting);
    const classes = verbalizer && readClassTexts(verbalizer, tokenizer, tokensAlone(encoder));
    if (classes) checkGenerated(experiment, classes.longest - (end === undefined ? 0 : 1));
    return { encoder, classes, end };
  }
  const causal = (room: number) =>
    new CausalTargets(template, model, counting, { room, isWhole, ...(lead !== undefined && { lead }) });
  const classes = verbalizer && readClassTexts(verbalizer, tokenizer, tokensAlone(causal(1)));
  if (classes) checkGenerated(experiment, classes.longest - (end === undefined ? 0 : 1));
  const { evaluation } = experiment;
  const room = "generate" in evaluation ? evaluation.generate.maxTokens : 1;
  return { encoder: causal(Math.max(room, classes?.longest ?? 1)), classes, end };
}

/** The tokens of an answer to an empty text. */
function tokensAlone(targets: TargetEncoder): (text: string) => readonly number[] {
  return (text) => targets.targetTokens(targets.encoder.noTexts, text);
}

/** A template with examples, as the model reads it, and what is known of the answers after it. */
interface Written {
  readonly template: Template;
  readonly end: number | undefined;
  readonly isWhole: boolean;
  readonly lead?: string;
}

function written(experiment: TextExperiment, reader: TextReader, shown: readonly ShownExample[]): Written {
  const { prompt } = experiment;
  const { tokenizer, tokens } = reader;
  if (typeof prompt.template === "string") {
    const template = withExamples(parseTemplate(prompt.template, promptLength(prompt)), shown);
    return { template, end: tokens.end, isWhole: false };
  }
  const { template, lead, end } = reader.written ?? writtenChat(prompt, reader, shown);
  // A turn may end in another token than texts do.
  const [first] = end.trim() === "" ? [] : tokenizer.encode(end.trimStart(), "inside");
  const ownEnd = first !== undefined && tokenizer.isSpecial(first) ? first : tokens.end;
  return { template, lead, end: ownEnd, isWhole: true };
}

/**
 * A chat as the model's chat template writes it, examples from the training set before the last message.
 *
 * @throws {ConfigValueError} where the chat template cannot be read, or refuses the messages
 */
export function writtenChat(
  prompt: TextPrompt,
  { chat }: TextReader,
  shown: readonly ShownExample[],
): ChatForm {
  const { template } = prompt;
  if (typeof template === "string" || chat === undefined) {
    throw new RangeError("a chat without the model's chat template");
  }
  const messages = messagesOf(template.chat, promptLength(prompt));
  return chatForm(withExampleTurns(messages, shown), chat);
}

/** @throws {ConfigValueError} where a masked model is asked to write texts */
function classesOfMasked(
  { answer, verbalizer }: TextExperiment,
): Readonly<Record<string, readonly string[]>> {
  if (verbalizer !== undefined && "choose" in answer && answer.choose === "likelihood") return verbalizer;
  const key = "target" in answer ? "target" : "choose";
  throw new ConfigValueError([{
    path: ["answer", key],
    message:
      "a masked language model fills in masks and writes no texts: give classes by a verbalizer and 'answer.choose: likelihood', or use a causal model or an encoder-decoder",
  }]);
}

/** @throws {ConfigValueError} where more tokens are to be generated than the decoder has positions */
function checkDecoder({ evaluation }: TextExperiment, { card }: TextReader): void {
  const limit = mostTargetTokens(card);
  const { maxTokens } = "generate" in evaluation ? evaluation.generate : { maxTokens: 0 };
  if (maxTokens <= limit) return;
  const message =
    `'evaluation.generate.maxTokens: ${maxTokens}' is more than the ${limit} positions of the model's decoder: set it to at most ${limit}`;
  throw new ConfigValueError([{ path: ["evaluation", "generate", "maxTokens"], message }]);
}

/**
 * @param longest the number of tokens of the longest text of a class, without the one that ends it
 * @throws {ConfigValueError} where no generated text could be that of a class alone: it would be cut, or is that of another class, too
 */
function checkGenerated({ evaluation, verbalizer = {} }: TextExperiment, longest: number): void {
  if (!("generate" in evaluation)) return;
  const { maxTokens, stop } = evaluation.generate;
  if (maxTokens < longest) {
    const message =
      `the texts of the classes have up to ${longest} tokens, and 'evaluation.generate.maxTokens: ${maxTokens}' generates fewer: set it to at least ${longest}`;
    throw new ConfigValueError([{ path: ["evaluation", "generate", "maxTokens"], message }]);
  }
  const same = sameTexts(verbalizer).map(({ name, index, text, other }) => ({
    path: ["verbalizer", name, index],
    message:
      `'${text}' and '${other.text}' of the class '${other.name}' are the same without case, punctuation, articles and blanks, as generated texts are compared: choose another text`,
  }));
  const stopped = Object.entries(verbalizer).flatMap(([name, texts]) =>
    texts.flatMap((text, index) =>
      stop.filter((one) => text.trim().includes(one)).map((one) => ({
        path: ["verbalizer", name, index],
        message: `'${text}' holds the stop string ${
          JSON.stringify(one)
        }, at which generated texts end: choose another text, or change 'evaluation.generate.stop'`,
      }))
    )
  );
  if (same.length + stopped.length > 0) throw new ConfigValueError([...same, ...stopped]);
}

/** @throws {ConfigValueError} where texts are generated that would not end */
function checkEnd({ tune, evaluation }: TextExperiment, end: number | undefined): void {
  if (end !== undefined || !("generate" in evaluation)) return;
  if (tune === "none" && evaluation.generate.stop.length > 0) return;
  const message = `the model names no token that ends a text, so what it writes has no end: ${
    tune === "none" ? "set 'evaluation.generate.stop', or " : ""
  }add 'eos_token' to its tokenizer_config.json`;
  throw new ConfigValueError([{ path: ["model", "source"], message }]);
}
