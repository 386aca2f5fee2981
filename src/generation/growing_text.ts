import { type Decoding, endOf, finishedText, forcedIds, type GeneratedText } from "./decoding.ts";
import { logProbabilityOf } from "./probable_tokens.ts";
import { settledLength } from "./settled.ts";

/** A text that grows by a token at a time, and is handed out as it does. */
export class GrowingText {
  private readonly chosen: number[] = [];
  private handedOut = 0;
  /** The text once it has ended. */
  finished: GeneratedText | undefined;

  /** @param row the index of the text that is continued */
  constructor(private readonly row: number, private readonly decoding: Decoding) {}

  /** Its tokens so far. */
  get ids(): readonly number[] {
    return this.chosen;
  }

  /** The token that was added last. */
  get lastId(): number {
    return this.chosen[this.chosen.length - 1]!;
  }

  /** @param logits of all tokens, of which it was chosen */
  add(id: number, logits: Float32Array): void {
    const { chosen: ids, row, decoding } = this;
    const isForced = forcedIds(ids.length, decoding) !== undefined;
    ids.push(id);
    const endedBy = endOf(ids, decoding);
    if (endedBy !== undefined) this.finished = finishedText([...ids], endedBy, decoding);
    if (decoding.onPiece === undefined) return;
    const text = this.finished?.text ?? decoding.decode(ids);
    const settled = this.finished ? text.length : settledLength(text, decoding.stop);
    decoding.onPiece({
      row,
      ids: [id],
      logProbabilities: [isForced ? 0 : logProbabilityOf(logits, id)],
      text: text.slice(this.handedOut, settled),
      isLast: this.finished !== undefined,
    });
    this.handedOut = Math.max(this.handedOut, settled);
  }
}
