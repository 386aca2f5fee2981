import { InputError } from "../base/errors.ts";
import type { Experiment } from "../experiment/types.ts";

/** What a text was answered with that is no number, and by whom. */
export interface BrokenAnswer {
  /** Whose logit it is, and the logit. */
  readonly of: string;
  readonly logit: number;
  /** How a person finds the text. */
  readonly text: string;
  readonly precision: Experiment["precision"];
  /** Whether what answers was tuned. */
  readonly tuned: boolean;
}

/** A model's answer is no number: nothing can be said of the text, least of all a class. */
export class AnswerError extends InputError {
  override readonly name = "AnswerError";

  constructor({ of, logit, text, precision, tuned }: BrokenAnswer) {
    const wayOut = precision === "float16"
      ? "numbers of 16 bits overflow in this model, set 'precision: float32'"
      : tuned
      ? "tuning has gone astray, lower 'training.optimizer.learningRate'; where the untuned model does so, too, its own logits are not finite"
      : "the model's own logits are not finite, export or download it again";
    super(`the answer to ${text} is no number (the logit of ${of} is ${logit}): ${wayOut}`);
  }
}

/** How many characters of a text are shown. */
const SHOWN = 40;

/** A text by where it comes from and how it begins. */
export function namedText(place: string, text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const characters = [...line.slice(0, 2 * SHOWN)];
  return `${place} "${characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : line}"`;
}
