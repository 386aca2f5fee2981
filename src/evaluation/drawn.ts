/** Examples that were drawn, some of them several times: a resample without those that were not. */
export class Drawn {
  private readonly indices: Int32Array;
  private readonly times: Int32Array;
  private size = 0;
  private sum = 0;

  /** @param examples the number of examples to draw from */
  constructor(examples: number) {
    this.indices = new Int32Array(examples);
    this.times = new Int32Array(examples);
  }

  /** The number of examples that were drawn at least once. */
  get distinct(): number {
    return this.size;
  }

  /** The number of draws. */
  get total(): number {
    return this.sum;
  }

  /** The indices of these examples, in their order, in the first `distinct` places. */
  get examples(): Int32Array {
    return this.indices;
  }

  /** How often each of these was drawn, in the same places. */
  get counts(): Int32Array {
    return this.times;
  }

  /** Takes other draws. @param counts how often each example was drawn */
  take(counts: Int32Array): this {
    this.size = 0;
    this.sum = 0;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      this.indices[this.size] = i;
      this.times[this.size++] = count;
      this.sum += count;
    }
    return this;
  }
}
