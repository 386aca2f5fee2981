import { emit } from "../src/compiler/backend/emit.ts";
import { type Dimension, symbol } from "../src/compiler/graph/dimension.ts";
import type { Value } from "../src/compiler/graph/graph.ts";
import { Builder } from "../src/compiler/ops/builder.ts";
import { RandomWeights } from "./random_weights.ts";

/** The shape of a BERT. */
export interface EncoderShape {
  readonly words: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly positions: number;
}

const [BATCH, SEQUENCE] = ["batch", "sequence"].map(symbol) as [Dimension, Dimension];

/** What stands for minus infinity in a mask. */
const LOWEST = -3.4028234663852886e38;

/**
 * Writes a BERT for masked words with random weights. Its weights lie beside it.
 *
 * @param path of the ONNX file
 */
export async function writeEncoderModel(path: string, shape: EncoderShape): Promise<void> {
  const { words, width, heads, layers, positions } = shape;
  const b = new Builder(path);
  const weights = new RandomWeights(b, `${path}.data`);
  const ids = b.input("input_ids", "int64", [BATCH, SEQUENCE]);
  const attended = b.input("attention_mask", "int64", [BATCH, SEQUENCE]);
  const places = b.input("position_ids", "int64", [BATCH, SEQUENCE]);
  const linear = (x: Value, from: number, to: number) =>
    b.add(b.matmul(x, weights.of([from, to])), weights.of([to]));
  const norm = (x: Value) => {
    const [scale, bias] = [weights.of([width]), weights.of([width])];
    return b.op("LayerNormalization", [x, scale, bias], { axis: -1, epsilon: { float: 1e-12 } });
  };
  const size = width / heads;
  const split = (x: Value) => b.transpose(b.reshape(x, [BATCH, SEQUENCE, heads, size]), [0, 2, 1, 3]);
  const shown = b.cast(b.reshape(attended, [BATCH, 1, 1, SEQUENCE]), "float32");
  const mask = b.multiply(b.subtract(b.scalar(1), shown), b.scalar(LOWEST));
  let x = norm(b.add(
    b.op("Gather", [weights.of([words, width]), ids], { axis: 0 }),
    b.op("Gather", [weights.of([positions, width]), places], { axis: 0 }),
  ));
  for (let layer = 0; layer < layers; layer++) {
    const [queries, keys, values] = [x, x, x].map((from) => split(linear(from, width, width)));
    const products = b.matmul(queries!, b.transpose(keys!, [0, 1, 3, 2]));
    const scores = b.add(b.divide(products, b.scalar(Math.sqrt(size))), mask);
    const read = b.matmul(b.op("Softmax", [scores], { axis: -1 }), values!);
    const joined = b.reshape(b.transpose(read, [0, 2, 1, 3]), [BATCH, SEQUENCE, width]);
    x = norm(b.add(x, linear(joined, width, width)));
    const inner = b.op("com.microsoft.Gelu", [linear(x, width, 4 * width)]);
    x = norm(b.add(x, linear(inner, 4 * width, width)));
  }
  const head = norm(b.op("com.microsoft.Gelu", [linear(x, width, width)]));
  const { bytes } = emit(b.graph(new Map([["logits", linear(head, width, words)]])), "encoder");
  await Deno.writeFile(path, bytes);
  await weights.write();
}
