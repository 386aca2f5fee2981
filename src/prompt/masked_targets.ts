import type { Template } from "../experiment/template.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { type Encoded, type PositionCounting, TemplateEncoder } from "./encoding.ts";
import type { Texts } from "./stretch.ts";
import { answerable, type RowsEncoded, type TargetEncoder, type TargetModel } from "./target_encoding.ts";

/**
 * For masked models: an answer stands in the masks' places, one token in each, and the masks after it are ignored. So all tokens
 * are predicted in one pass from masks (Schick & Schütze 2021, "It's Not Just Size That Matters", section 3.1, as they train).
 */
export class MaskedTargets implements TargetEncoder {
  readonly encoder: TemplateEncoder;

  /**
   * @param masks the number of masks, as many as the longest answer has tokens
   * @throws {ConfigValueError} where the template does not fit the model
   */
  constructor(
    private readonly template: Template,
    private readonly model: Omit<TargetModel, "end">,
    counting: PositionCounting,
    private readonly masks: number,
  ) {
    this.encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting, { masks });
  }

  input(texts: Texts): Encoded {
    return this.encoder.encode(texts);
  }

  targetTokens(_: Texts, target: string): readonly number[] {
    return maskedTokens(this.template, target, this.model.tokenizer);
  }

  encode(texts: Texts, target: string): RowsEncoded {
    const targetIds = this.targetTokens(texts, target);
    if (targetIds.length > this.masks) {
      throw new RangeError(`an answer of ${targetIds.length} tokens for ${this.masks} masks`);
    }
    const { answerRow, ...encoded } = this.encoder.encode(texts);
    return {
      kind: "rows",
      ...encoded,
      targetIds,
      targetRows: targetIds.map((_, i) => answerRow + i),
      targetTruncated: 0,
    };
  }
}

/**
 * The tokens of an answer in the place of a template's mask, with the template's white space before it, unless it begins with its own.
 *
 * @throws {InputError} where it has no tokens, or one that the model cannot answer
 */
export function maskedTokens(template: Template, target: string, tokenizer: Tokenizer): readonly number[] {
  const at = template.findIndex(({ kind }) => kind === "mask");
  const before = template[at - 1];
  const words = before?.kind === "words" ? before.words : "";
  const lead = /^\s/u.test(target) ? "" : words.slice(words.trimEnd().length);
  return answerable(tokenizer.encode(`${lead}${target}`, at > 0 ? "inside" : "start"), target, tokenizer);
}
