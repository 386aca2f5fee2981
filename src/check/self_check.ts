import type { InferenceSession } from "onnxruntime-common";
import type { ModelFacts, NumberFormat } from "../compiler/mod.ts";
import { float32Tensor, int64Tensor, type Session, type Tensor } from "../device/device.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import type { ModelCard } from "../model/card.ts";
import { batchFeeds, type LabelledEncoding } from "../prompt/batches.ts";
import { readsPadding } from "../prompt/padding.ts";
import { verbalizerFeeds, type WordTokens } from "../prompt/verbalizer.ts";
import { answerDifference, type FoundAnswer } from "./difference.ts";
import { untouchedLogits } from "./untouched_model.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";

/** A compiled graph to compare with the model's own file. */
export interface SelfCheckTask {
  /** The compiled forward graph, with the logits of all words, opened on the run's device. */
  readonly answer: Session;
  /** The compiled embedding layer; absent where the graph takes no prompt. */
  readonly embed: Session | undefined;
  /** Its additional inputs: the weights of a tuned model. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Whether it takes a bank of several prompts. */
  readonly isBank: boolean;
  /** Whether it leaves out as many rows before the prompt as all texts of a batch have. */
  readonly leavesRows?: boolean;
  /** The model's own file, opened in plain ONNX Runtime. */
  readonly file: InferenceSession;
  /** Texts in the template, ordinary tokens in the prompt's places, positions counted over the whole sequence. */
  readonly texts: readonly LabelledEncoding[];
  readonly tokens: WordTokens;
  readonly card: ModelCard;
  readonly facts: ModelFacts;
  readonly padId: number;
  readonly numbers: NumberFormat;
  /** The largest allowed difference, relative to the largest logit. */
  readonly tolerance: number;
}

/** The result of a check. */
export interface SelfCheck {
  /** The largest difference of two logits, relative to the largest logit. */
  readonly difference: number;
  /** The largest allowed difference. */
  readonly tolerance: number;
}

/** A compiled graph does not compute what the model's own file computes, so that nothing may be tuned or scored with it. */
export class SelfCheckError extends InputError {
  override readonly name = "SelfCheckError";
}

/** The model's own file does not run in plain ONNX Runtime on the native CPU, so that there is nothing to compare with. */
export class UncheckableError extends Error {
  override readonly name = "UncheckableError";
}

/** The shifts of positions that are tried to explain a difference. */
const SHIFTS = [-3, -2, -1, 1, 2, 3];

/**
 * Compares a compiled graph's answers with those of the model's own file in plain ONNX Runtime. The file takes each
 * text alone; the graph takes the shorter one padded to the length of the longer one, and in the prompt's places the vectors that the
 * embedding layer gives for ordinary tokens there, which the file reads as text.
 *
 * @throws {SelfCheckError} where they differ, naming where the difference begins
 * @throws {UncheckableError} where the file runs for no text
 */
export async function selfCheck(task: SelfCheckTask): Promise<SelfCheck> {
  const { tokens, tolerance } = task;
  const texts = task.texts.toSorted((a, b) => a.ids.length - b.ids.length);
  const answers = await fileAnswers(task, texts);
  let difference = 0;
  for (const [i, text] of texts.entries()) {
    if (!answers[i]!.every(Number.isFinite)) {
      throw new SelfCheckError(
        "the file's own logits, in plain ONNX Runtime, are not all finite numbers: look for NaN or infinity among its weights",
      );
    }
    for (const batch of batchesOf(text, texts, task)) {
      const found = await compiledAnswer(task, batch, 0);
      const { relative, sameClass } = answerDifference(answers[i]!, found, tokens, tolerance);
      // A NaN difference is an error, too.
      if (!(relative <= tolerance) || !sameClass) {
        throw new SelfCheckError(
          `its logits differ by ${
            relative.toPrecision(2)
          } of the largest one, and ${tolerance} is allowed; the difference begins ${await beginning(
            task,
            text,
            answers[i]!,
          )}`,
        );
      }
      difference = Math.max(difference, relative);
    }
  }
  return { difference, tolerance };
}

/**
 * The batches that a text is computed in, the first of each: beside the others, or alone. A graph that leaves out rows takes both, as
 * beside a short text it leaves out few.
 */
export function batchesOf<Text>(
  text: Text,
  texts: readonly Text[],
  task: Pick<SelfCheckTask, "answer" | "card" | "numbers" | "leavesRows">,
): Text[][] {
  if (isRunAlone(task)) return [[text]];
  const together = [text, ...texts.filter((one) => one !== text)];
  return task.leavesRows === true && together.length > 1 ? [together, [text]] : [together];
}

/**
 * Whether texts are run one at a time: where the graph would read its padding, and where activations are quantized with a scale
 * that depends on the whole batch, so that only the same batch gives the same answer.
 */
function isRunAlone(
  { answer, card, numbers }: Pick<SelfCheckTask, "answer" | "card" | "numbers">,
): boolean {
  return readsPadding(card, answer.inputNames) || numbers.quantizesActivations;
}

/** The file's answers to texts, the shortest first. */
async function fileAnswers(task: SelfCheckTask, texts: readonly LabelledEncoding[]): Promise<Float32Array[]> {
  const answers: Float32Array[] = [];
  for (const text of texts) {
    try {
      answers.push(await fileAnswer(task, text, 0));
    } catch (error) {
      const [reason] = thrownMessage(error).split("\n");
      if (answers.length === 0) throw new UncheckableError(reason, { cause: error });
      throw new SelfCheckError(
        `the file itself fails on a text of ${text.ids.length} tokens in plain ONNX Runtime, though not on a shorter one: ${reason}`,
        { cause: error },
      );
    }
  }
  return answers;
}

async function fileAnswer(
  { file, padId, card: { firstPosition }, facts: { words } }: SelfCheckTask,
  text: LabelledEncoding,
  tokenType: number,
): Promise<Float32Array> {
  const [answer] = await untouchedLogits(file, [text], { padId, firstPosition, words, tokenType });
  return answer!;
}

/** The compiled graph's answer to the first of some texts. */
async function compiledAnswer(
  task: SelfCheckTask,
  texts: readonly LabelledEncoding[],
  shift: number,
): Promise<FoundAnswer> {
  const { answer, inputs, padId, tokens } = task;
  const shifted = texts.map((text) => ({
    ...text,
    positions: text.positions.map((position) => Math.max(0, position + shift)),
  }));
  const [first] = shifted;
  if (first === undefined) throw new RangeError("there is no text to compare");
  const outputs = await answer.run({
    ...batchFeeds(shifted, padId),
    ...verbalizerFeeds({ tokens }),
    prompt_of_example: int64Tensor(texts.map(() => 0), [texts.length]),
    ...inputs,
    ...await ordinaryPrompt(task, first),
  });
  const words = tensorNamed(outputs, "word_logits");
  const classes = tensorNamed(outputs, "class_logits");
  return {
    words: float32Data(words).subarray(0, words.dims[1]),
    classes: Array.from(classes.data.subarray(0, tokens.length), Number),
  };
}

/** The vectors that the embedding layer gives for the ordinary tokens in a prompt's places. */
export async function ordinaryPrompt(
  { embed, isBank }: Pick<SelfCheckTask, "embed" | "isBank">,
  { ids, positions, promptRows }: Pick<LabelledEncoding, "ids" | "positions" | "promptRows">,
): Promise<Record<string, Tensor>> {
  if (embed === undefined) return {};
  const dims = [1, ids.length];
  const outputs = await embed.run({
    input_ids: int64Tensor(ids, dims),
    position_ids: int64Tensor(positions, dims),
    attention_mask: int64Tensor(ids.map(() => 1), dims),
  });
  const data = float32Data(tensorNamed(outputs, "embeddings"));
  const size = data.length / ids.length;
  const prompt = new Float32Array(promptRows.length * size);
  for (const [i, row] of promptRows.entries()) {
    prompt.set(data.subarray(row * size, (row + 1) * size), i * size);
  }
  return { prompt: float32Tensor(prompt, [...(isBank ? [1] : []), promptRows.length, size]) };
}

/** Whether something holds that may not be computable: a model has no row for positions that are shifted beyond its last. */
export async function holds(find: () => Promise<boolean>): Promise<boolean> {
  return await find().catch(() => false);
}

/** Where a difference begins, found by excluding one cause at a time. */
async function beginning(
  task: SelfCheckTask,
  text: LabelledEncoding,
  found: Float32Array,
): Promise<string> {
  const { tokens, tolerance, answer, card: { firstPosition } } = task;
  const agrees = (file: Float32Array, found: FoundAnswer) => {
    const { relative, sameClass } = answerDifference(file, found, tokens, tolerance);
    return relative <= tolerance && sameClass;
  };
  const alone = await compiledAnswer(task, [text], 0);
  if (agrees(found, alone)) {
    return "in the attention mask: the text alone gets the file's answer, but padded to the length of a longer text it does not";
  }
  if (answer.inputNames.includes("position_ids")) {
    for (const shift of SHIFTS.filter((one) => firstPosition + one >= 0)) {
      if (await holds(async () => agrees(found, await compiledAnswer(task, [text], shift)))) {
        return `in the positions: those of a text start at ${
          firstPosition + shift
        } in the file, but at ${firstPosition} in the compiled graph`;
      }
    }
  }
  if (
    task.file.inputNames.includes("token_type_ids") && agrees(await fileAnswer(task, text, 1), alone)
  ) {
    return "in the token types: the graph agrees with the file for type 1, where 0 is expected";
  }
  return "in the graph itself: its attention mask, positions and token types agree with the file";
}
