import { InputError } from "../base/errors.ts";
import { type Message, message, type MessagePart, ofFile } from "../base/message.ts";
import type { Experiment } from "../experiment/types.ts";

/** A logit that is not a number, and where it comes from. */
export interface BrokenAnswer {
  /** The class or word of the logit, and the logit. */
  readonly of: string;
  readonly logit: number;
  /** The text's name in messages. */
  readonly text: MessagePart;
  readonly precision: Experiment["precision"];
  /** Whether the prompt or the model was tuned. */
  readonly tuned: boolean;
}

/** A model's answer is not a number, so that the text has no class. */
export class AnswerError extends InputError {
  override readonly name = "AnswerError";

  constructor({ of, logit, text, precision, tuned }: BrokenAnswer) {
    const wayOut = precision === "float16"
      ? "float16 overflows in this model: set 'precision: float32'"
      : tuned
      ? "tuning has diverged: lower 'training.optimizer.learningRate'; if the untuned model fails, too, its own logits are not finite"
      : "the model's own logits are not finite: export or download it again";
    super(message`the answer to ${text} is not a number (the logit of ${of} is ${logit}): ${wayOut}`);
  }
}

/** The number of characters of a text that are shown. */
const SHOWN = 40;

/** A text's name in messages: its place and its beginning. */
export function namedText(place: MessagePart, text: string): Message {
  const line = text.replaceAll(/\s+/g, " ");
  const characters = [...line.slice(0, 2 * SHOWN)];
  const shown = characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : line;
  return message`${place} "${ofFile(shown)}"`;
}
