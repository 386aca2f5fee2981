import { RandomStream } from "../src/base/random_stream.ts";
import type { Value } from "../src/compiler/graph/graph.ts";
import type { Builder } from "../src/compiler/ops/builder.ts";

/** The largest number of random numbers that are repeated. */
const PERIOD = 1 << 20;

/** Random weights in a file of their own. */
export class RandomWeights {
  private bytes = 0;

  constructor(private readonly b: Builder, private readonly path: string) {}

  of(dims: readonly number[]): Value {
    const length = 4 * dims.reduce((a, b) => a * b, 1);
    const region = { path: this.path, offset: this.bytes, length };
    this.bytes += length;
    return this.b.constant(`weight_${region.offset}`, { type: "float32", dims, region });
  }

  async write(): Promise<void> {
    const stream = new RandomStream(0, "cached model");
    const numbers = Float32Array.from({ length: PERIOD }, () => stream.uniform(-0.05, 0.05));
    using file = await Deno.create(this.path);
    for (let left = this.bytes; left > 0;) {
      const piece = new Uint8Array(numbers.buffer, 0, Math.min(left, numbers.byteLength));
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
      left -= piece.length;
    }
  }
}
