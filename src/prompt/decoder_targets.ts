import type { Template } from "../experiment/template.ts";
import type { ReadingCard } from "../model/card.ts";
import { type Encoded, type PositionCounting, TemplateEncoder } from "./encoding.ts";
import type { Texts } from "./stretch.ts";
import {
  answerable,
  type DecoderEncoded,
  ended,
  type TargetEncoder,
  type TargetModel,
} from "./target_encoding.ts";

/** An encoder-decoder and its decoder's own tokens. */
export interface DecoderModel extends TargetModel {
  /** The token that the decoder reads first. */
  readonly start: number;
}

/** The largest number of tokens of an answer, its end token among them; infinite where nothing limits it. */
export function mostTargetTokens(
  { positions = Infinity, sequence = Infinity, target = Infinity }: Pick<
    ReadingCard,
    "positions" | "sequence" | "target"
  >,
): number {
  return Math.min(positions, sequence, target);
}

/**
 * For encoder-decoders: the encoder reads the template, and the decoder the start token and the answer, which has the special tokens
 * that the tokenizer puts around every text, its end token last.
 */
export class DecoderTargets implements TargetEncoder {
  readonly encoder: TemplateEncoder;

  /** @throws {ConfigValueError} where the template does not fit the model */
  constructor(template: Template, private readonly model: DecoderModel, counting: PositionCounting) {
    this.encoder = new TemplateEncoder(template, model.tokenizer, model.card, counting);
  }

  input(texts: Texts): Encoded {
    return this.encoder.encode(texts);
  }

  targetTokens(_: Texts, target: string): readonly number[] {
    const { tokenizer, end } = this.model;
    const ids = answerable(tokenizer.encode(target), target, tokenizer);
    const around = [...tokenizer.prefix, ...ids, ...tokenizer.suffix];
    return around.at(-1) === end ? around : ended(around, end);
  }

  encode(texts: Texts, target: string): DecoderEncoded {
    const { start, card } = this.model;
    const all = this.targetTokens(texts, target);
    const targetIds = all.slice(0, mostTargetTokens(card));
    const { answerRow: _, ...encoded } = this.encoder.encode(texts);
    const decoderIds = [start, ...targetIds.slice(0, -1)];
    return {
      kind: "decoder",
      ...encoded,
      targetIds,
      decoderIds,
      targetTruncated: all.length - targetIds.length,
    };
  }
}
