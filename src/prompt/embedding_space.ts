import { float32Tensor, int64Tensor, type Session, type Tensor } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import { float32Data } from "../device/tensor_data.ts";

/** The number of token ids embedded at once. */
const AT_ONCE = 1024;

/** The outputs of the model's embedding layer for single tokens: the space of the prompt's vectors. */
export class EmbeddingSpace {
  /**
   * @param session the compiled `embed` graph
   * @param dimension the size of a vector
   * @param firstPosition the position of a text's first token
   * @param rows the number of rows of the word embeddings: smaller ids have a vector
   */
  constructor(
    private readonly session: Session,
    readonly dimension: number,
    private readonly firstPosition: number,
    readonly rows: number,
  ) {}

  /**
   * The vectors of tokens, each embedded as a separate text.
   *
   * @returns float32 [tokens, dimension]
   * @throws {InputError} where a token has none
   */
  async vectors(tokens: readonly number[]): Promise<Tensor> {
    const unknown = tokens.find((id) => id >= this.rows);
    if (unknown !== undefined) {
      throw new InputError(
        `the tokenizer's token ${unknown} has no vector in the model, which knows those from 0 to ${
          this.rows - 1
        }: use other words, or the tokenizer that belongs to the model`,
      );
    }
    const vectors = new Float32Array(tokens.length * this.dimension);
    let at = 0;
    for await (const block of this.blocks(tokens)) {
      vectors.set(block.vectors, at);
      at += block.vectors.length;
    }
    return float32Tensor(vectors, [tokens.length, this.dimension]);
  }

  /** The same block by block, so that the whole vocabulary is never in memory: `vectors` is [ids, dimension], row by row. */
  async *blocks(
    tokens: readonly number[],
  ): AsyncGenerator<{ ids: readonly number[]; vectors: Float32Array }> {
    for (let start = 0; start < tokens.length; start += AT_ONCE) {
      const ids = tokens.slice(start, start + AT_ONCE);
      const dims = [ids.length, 1];
      const positions = int64Tensor(ids.map(() => this.firstPosition), dims);
      const ones = int64Tensor(ids.map(() => 1), dims);
      const feeds = { input_ids: int64Tensor(ids, dims), position_ids: positions, attention_mask: ones };
      const { embeddings } = await this.session.run(feeds);
      yield { ids, vectors: float32Data(embeddings!) };
    }
  }
}
