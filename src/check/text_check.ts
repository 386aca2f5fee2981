import type { InferenceSession } from "onnxruntime-common";
import { thrownMessage } from "../base/errors.ts";
import { int64Tensor } from "../device/device.ts";
import { float32Data, tensorNamed } from "../device/tensor_data.ts";
import type { TargetEncoded } from "../prompt/target_encoding.ts";
import { textBatchFeeds } from "../prompt/text_batches.ts";
import { logProbabilityIn } from "./difference.ts";
import {
  batchesOf,
  holds,
  ordinaryPrompt,
  type SelfCheck,
  SelfCheckError,
  type SelfCheckTask,
  UncheckableError,
} from "./self_check.ts";
import { untouchedTargets } from "./untouched_targets.ts";

/** A compiled graph that scores texts, to compare with the model's own files. */
export interface TextCheckTask extends Omit<SelfCheckTask, "texts" | "tokens" | "inputs"> {
  /** Texts in the template, each with an answer, ordinary tokens in the prompt's places, positions counted over the whole sequence. */
  readonly texts: readonly TargetEncoded[];
  /** The model's own decoder, of an encoder-decoder whose encoder `file` is. */
  readonly decoder: InferenceSession | undefined;
}

/** The shifts of positions that are tried to explain a difference. */
const SHIFTS = [-2, -1, 1, 2];

/**
 * Compares the probabilities that a compiled graph gives the tokens of answers with those of the model's own files in plain
 * ONNX Runtime. The files take each text alone; the graph takes the shorter one padded to the length of the longer one, as
 * `selfCheck` does.
 *
 * @throws {SelfCheckError} where they differ, naming where the difference begins
 * @throws {UncheckableError} where the files run for no text
 */
export async function textCheck(task: TextCheckTask): Promise<SelfCheck> {
  const { tolerance } = task;
  const texts = task.texts.toSorted((a, b) => a.ids.length - b.ids.length);
  let difference = 0;
  for (const text of texts) {
    const own = await ownAnswer(task, text, text === texts[0]);
    for (const batch of batchesOf(text, texts, task)) {
      const relative = await differenceFrom(task, own, batch, 0);
      // A NaN difference is an error, too.
      if (!(relative <= tolerance)) {
        throw new SelfCheckError(
          `the logarithms of its probabilities differ by ${
            relative.toPrecision(2)
          } of the largest logit, and ${tolerance} is allowed; the difference begins ${await beginning(
            task,
            own,
            text,
          )}`,
        );
      }
      difference = Math.max(difference, relative);
    }
  }
  return { difference, tolerance };
}

/** What the model's own files say of each token of an answer. */
type OwnAnswer = readonly { readonly logprob: number; readonly scale: number }[];

async function ownAnswer(task: TextCheckTask, text: TargetEncoded, isFirst: boolean): Promise<OwnAnswer> {
  const { file, decoder, padId, card: { firstPosition }, facts: { words } } = task;
  try {
    const rows = await untouchedTargets({ file, decoder }, text, {
      padId,
      firstPosition,
      words,
      tokenType: 0,
    });
    return text.targetIds.map((id, i) => logProbabilityIn(rows[i]!, id));
  } catch (error) {
    const [reason] = thrownMessage(error).split("\n");
    if (isFirst) throw new UncheckableError(reason, { cause: error });
    throw new SelfCheckError(
      `the file itself fails on a text of ${text.ids.length} tokens in plain ONNX Runtime, though not on a shorter one: ${reason}`,
      { cause: error },
    );
  }
}

/** The largest difference from the files' probabilities of the first of some texts, relative to the largest logit. */
async function differenceFrom(
  task: TextCheckTask,
  own: OwnAnswer,
  texts: readonly TargetEncoded[],
  shift: number,
): Promise<number> {
  const { answer, padId } = task;
  const shifted = texts.map((text) => ({
    ...text,
    positions: text.positions.map((position) => Math.max(0, position + shift)),
  }));
  const [first] = shifted;
  if (first === undefined) throw new RangeError("there is no text to compare");
  const outputs = await answer.run({
    ...textBatchFeeds(shifted, padId),
    prompt_of_example: int64Tensor(texts.map(() => 0), [texts.length]),
    ...await ordinaryPrompt(task, first),
  });
  const found = float32Data(tensorNamed(outputs, "target_logprobs"));
  let largest = 0;
  for (const [i, { logprob, scale }] of own.entries()) {
    const relative = Math.abs(found[i]! - logprob) / scale;
    largest = relative <= largest ? largest : relative;
  }
  return largest;
}

/** Where a difference begins, found by excluding one cause at a time. */
async function beginning(task: TextCheckTask, own: OwnAnswer, text: TargetEncoded): Promise<string> {
  const { tolerance, answer, card: { firstPosition } } = task;
  const agrees = async (shift: number) => await differenceFrom(task, own, [text], shift) <= tolerance;
  if (await agrees(0)) {
    return "in the attention mask: the text alone gets the file's answer, but padded to the length of a longer text it does not";
  }
  if (answer.inputNames.includes("position_ids")) {
    for (const shift of SHIFTS.filter((one) => firstPosition + one >= 0)) {
      if (await holds(() => agrees(shift))) {
        return `in the positions: those of a text start at ${
          firstPosition + shift
        } in the file, but at ${firstPosition} in the compiled graph`;
      }
    }
  }
  return "in the graph itself: its attention mask and positions agree with the file";
}
