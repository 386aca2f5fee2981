import type { MessagePart } from "../base/message.ts";
import type { DeviceTensor, Tensor } from "../device/device.ts";
import { AnswerError, type BrokenAnswer } from "../evaluation/answer_error.ts";
import { BrokenLogits, type GeneratedText } from "../generation/decoding.ts";
import type { GenerateOptions, TextGenerator } from "../generator/text_generator.ts";
import type { Encoded } from "../prompt/encoding.ts";

/** What a message on an answer that is not a number names. */
export interface NamedTexts extends Pick<BrokenAnswer, "precision" | "tuned"> {
  /** The name of a text, by its index. */
  readonly nameOf: (index: number) => MessagePart;
}

/**
 * Generates texts.
 *
 * @param texts in their template
 * @param prompt float32 [length, dimension]; absent for hard prompts
 * @throws {AnswerError} where the model's logits are not numbers, naming the text
 */
export async function generateTexts(
  generator: TextGenerator,
  texts: readonly Encoded[],
  prompt: Tensor | DeviceTensor | undefined,
  options: GenerateOptions,
  { nameOf, ...cause }: NamedTexts,
): Promise<GeneratedText[]> {
  try {
    return await generator.generate(texts, prompt, options);
  } catch (error) {
    if (!(error instanceof BrokenLogits)) throw error;
    const { row, tokens } = error;
    throw new AnswerError({ ...cause, of: `its token ${tokens + 1}`, logit: NaN, text: nameOf(row) });
  }
}
