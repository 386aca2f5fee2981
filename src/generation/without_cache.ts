import type { Continuation, NextLogits } from "./continuation.ts";

/** A row of a continuation that keeps nothing but its tokens. */
export interface TokenRow {
  /** The index of its text. */
  readonly text: number;
  /** The tokens after the text; of an encoder-decoder, the decoder's, from those that it starts with. */
  readonly ids: readonly number[];
}

/** Computes the logits of the tokens after rows, in their order. */
export type ComputeLogits = (rows: readonly TokenRow[]) => Promise<NextLogits>;

/** Continues texts by a model without a cache, which reads each row again for every token. */
export class ContinuationWithoutCache implements Continuation {
  private constructor(
    private readonly compute: ComputeLogits,
    private rows: readonly TokenRow[],
    readonly first: NextLogits,
  ) {}

  /**
   * @param texts the number of texts
   * @param startIds what an encoder-decoder's decoder starts with; of other models, nothing
   */
  static async start(
    compute: ComputeLogits,
    texts: number,
    startIds: readonly number[] = [],
  ): Promise<ContinuationWithoutCache> {
    const rows = Array.from({ length: texts }, (_, text) => ({ text, ids: startIds }));
    return new ContinuationWithoutCache(compute, rows, await compute(rows));
  }

  async next(ids: readonly number[]): Promise<NextLogits> {
    this.rows = this.rows.map((row, i) => ({ ...row, ids: [...row.ids, ids[i]!] }));
    return await this.compute(this.rows);
  }

  reorder(rows: readonly number[]): Promise<void> {
    this.rows = rows.map((row) => this.rows[row]!);
    return Promise.resolve();
  }
}
