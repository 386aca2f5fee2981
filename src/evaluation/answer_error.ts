import { InputError } from "../experiment/errors.ts";
import type { Experiment } from "../experiment/types.ts";

/** A model's answer is no number: nothing can be said of the text, least of all a class. */
export class AnswerError extends InputError {
  override readonly name = "AnswerError";
}

/** What a text was answered with, and by whom. */
export interface Answered {
  readonly classes: readonly string[];
  /** [classes] */
  readonly logits: readonly number[];
  /** How a person finds the text. */
  readonly name: () => string;
  readonly precision: Experiment["precision"];
  /** Whether what answers was tuned. */
  readonly tuned: boolean;
}

/**
 * Sees to it that a text is answered with numbers.
 *
 * @throws {AnswerError} naming the text and the way out, where a class's logit is not finite
 */
export function checkAnswer({ classes, logits, name, precision, tuned }: Answered): void {
  const broken = logits.findIndex((logit) => !Number.isFinite(logit));
  if (broken < 0) return;
  throw new AnswerError(
    `the answer to ${name()} is no number (the logit of '${classes[broken]}' is ${logits[broken]}): ${
      precision === "float16"
        ? "numbers of 16 bits overflow in this model, set 'precision: float32'"
        : tuned
        ? "tuning has gone astray, lower 'training.optimizer.learningRate'; where the untuned model does so, too, its own logits are not finite"
        : "the model's own logits are not finite, export or download it again"
    }`,
  );
}

/** How many characters of a text are shown. */
const SHOWN = 40;

/** A text by where it comes from and how it begins. */
export function namedText(place: string, text: string): string {
  const line = text.replaceAll(/\s+/g, " "), characters = [...line.slice(0, 2 * SHOWN)];
  return `${place} "${characters.length > SHOWN ? `${characters.slice(0, SHOWN).join("")}…` : line}"`;
}
