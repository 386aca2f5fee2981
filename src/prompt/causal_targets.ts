import type { Template } from "../experiment/template.ts";
import { type Encoded, type PositionCounting, TemplateEncoder } from "./encoding.ts";
import { templateError } from "./template_error.ts";
import { spelled, type Texts } from "./stretch.ts";
import {
  answerable,
  ended,
  type RowsEncoded,
  type TargetEncoder,
  type TargetModel,
} from "./target_encoding.ts";
import { leadOfTarget, withoutLastBlanks } from "./target_lead.ts";

/** How a causal model's template and answers are written. */
export interface CausalForm {
  /** The number of tokens of answers for which there is always room: a text is the same with all answers that are no longer. */
  readonly room: number;
  /** Whether the template contains the special tokens around it, as chats do. */
  readonly isWhole?: boolean;
  /** What stands between the template and an answer; by default the rule of `leadOfTarget`. */
  readonly lead?: string;
}

/**
 * For causal models: the answer follows the template. Template and answer are tokenized as one text, and the answer's tokens are those
 * after the template's own; where these are not the first ones of the whole, as a token spans the boundary, the answer is
 * tokenized by itself, since a model that generates reads the template alone.
 */
export class CausalTargets implements TargetEncoder {
  readonly encoder: TemplateEncoder;
  private readonly blanks: string;

  /** @throws {ConfigValueError} where the template does not fit the model, or leaves no room for a text and an answer */
  constructor(
    template: Template,
    private readonly model: TargetModel,
    counting: PositionCounting,
    private readonly form: CausalForm,
  ) {
    const { template: bare, blanks } = withoutLastBlanks(template);
    this.blanks = blanks;
    const { tokenizer, card } = model;
    this.encoder = new TemplateEncoder(bare, tokenizer, card, counting, form);
    if (placesOf(form.room) > this.encoder.mostReserved) {
      throw templateError(
        `the template, the prompt and an answer of ${form.room} tokens leave none of the model's positions for the text: lower 'evaluation.generate.maxTokens' or 'prompt.length', or shorten the template or the verbalizer's texts`,
      );
    }
  }

  input(texts: Texts): Encoded {
    const { encoder, form } = this;
    return encoder.encodeTokens(texts, encoder.tokensOf(texts), placesOf(form.room));
  }

  targetTokens(texts: Texts, target: string): readonly number[] {
    const { tokenizer, end } = this.model;
    const { stretch, isLast } = this.encoder.lastStretch;
    const before = stretch === undefined ? "" : spelled(stretch.pieces, texts);
    const meets = isLast ? before : before.replace(/ +$/, "");
    const written = `${this.form.lead ?? leadOfTarget(meets, this.blanks, target)}${target}`;
    const own = stretch === undefined || !isLast ? undefined : tokenizer.encode(before, stretch.place);
    const whole = stretch && own && tokenizer.encode(`${before}${written}`, stretch.place);
    const isWhole = own !== undefined && whole !== undefined && own.every((id, i) => id === whole[i]);
    const ids = isWhole ? whole.slice(own.length) : tokenizer.encode(written, "inside");
    return ended(answerable(ids, target, tokenizer), end);
  }

  encode(texts: Texts, target: string): RowsEncoded {
    const { encoder, form } = this;
    const all = this.targetTokens(texts, target);
    const targetIds = all.slice(0, encoder.mostReserved + 1);
    const reserved = placesOf(Math.max(targetIds.length, form.room));
    const { answerRow, ...encoded } = encoder.encodeTokens(
      texts,
      encoder.tokensOf(texts),
      reserved,
      targetIds.slice(0, -1),
    );
    const targetRows = targetIds.map((_, i) => answerRow + i);
    return {
      kind: "rows",
      ...encoded,
      targetIds,
      targetRows,
      targetTruncated: all.length - targetIds.length,
    };
  }
}

/** The number of places that tokens of an answer take: the last one is predicted, and not read. */
function placesOf(tokens: number): number {
  return Math.max(0, tokens - 1);
}
