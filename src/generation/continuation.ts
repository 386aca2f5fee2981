/** The logits of each row's next token, row by row. */
export interface NextLogits {
  /** [rows, vocabulary]; valid until the next call. */
  readonly data: Float32Array;
  readonly vocabulary: number;
}

/**
 * Texts that a model continues by a token at a time: what decoding needs of a model. A row is a text and the tokens after it so far, with
 * what the model keeps of them, such as keys and values. At first there is a row for each text, in their order. Who started it disposes of it.
 */
export interface Continuation {
  /** The logits of the first token after each text; of an encoder-decoder, after the token that its decoder starts with. */
  readonly first: NextLogits;
  /**
   * Adds a token to each row.
   *
   * @param ids one for each row
   * @returns the logits of the tokens after them
   */
  next(ids: readonly number[]): Promise<NextLogits>;
  /**
   * Chooses which rows go on: from now on row `i` is what row `rows[i]` was. Rows may be repeated, left out and put in another order;
   * there may be more than before.
   */
  reorder(rows: readonly number[]): Promise<void>;
}
