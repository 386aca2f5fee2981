import { emit } from "../src/compiler/backend/emit.ts";
import { add, type Dimension, symbol } from "../src/compiler/graph/dimension.ts";
import type { Value } from "../src/compiler/graph/graph.ts";
import { Builder } from "../src/compiler/ops/builder.ts";
import { RandomWeights } from "./random_weights.ts";

/** The shape of a GPT-2. */
export interface CachedShape {
  readonly words: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly positions: number;
}

const [BATCH, SEQUENCE, PAST] = ["batch", "sequence", "past_sequence"].map(symbol) as [
  Dimension,
  Dimension,
  Dimension,
];
const TOTAL = add(PAST, SEQUENCE);

/**
 * Writes a GPT-2 with random weights in the hub's layout with a cache: `past_key_values.*` in, `present.*` out, a head of its own. Its
 * weights lie beside it.
 *
 * @param path of the ONNX file
 */
export async function writeCachedModel(path: string, shape: CachedShape): Promise<void> {
  const { words, width, heads, layers, positions } = shape;
  const b = new Builder(path);
  const weights = new RandomWeights(b, `${path}.data`);
  const ids = b.input("input_ids", "int64", [BATCH, SEQUENCE]);
  const mask = b.input("attention_mask", "int64", [BATCH, TOTAL]);
  const places = b.input("position_ids", "int64", [BATCH, SEQUENCE]);
  const outputs = new Map<string, Value>();
  const allowed = allowedKeys(b, mask);
  let x = b.add(
    b.op("Gather", [weights.of([words, width]), ids], { axis: 0 }),
    b.op("Gather", [weights.of([positions, width]), places], { axis: 0 }),
  );
  const linear = (input: Value, from: number, to: number) =>
    b.add(b.matmul(input, weights.of([from, to])), weights.of([to]));
  const norm = (input: Value) =>
    b.op("LayerNormalization", [input, weights.of([width]), weights.of([width])], {
      axis: -1,
      epsilon: { float: 1e-5 },
    });
  const size = width / heads;
  const split = (part: Value) => b.transpose(b.reshape(part, [BATCH, SEQUENCE, heads, size]), [0, 2, 1, 3]);
  for (let layer = 0; layer < layers; layer++) {
    const [q, ...kv] = b.split(linear(norm(x), width, 3 * width), 2, [width, width, width]);
    const [k, v] = kv.map((part, i) => {
      const name = `${layer}.${["key", "value"][i]}`;
      const past = b.input(`past_key_values.${name}`, "float32", [BATCH, heads, PAST, size]);
      const present = b.op("Concat", [past, split(part)], { axis: 2 });
      outputs.set(`present.${name}`, present);
      return present;
    });
    const scores = b.multiply(b.matmul(split(q!), b.transpose(k!, [0, 1, 3, 2])), b.scalar(size ** -0.5));
    const shares = b.op("Softmax", [b.op("Where", [allowed, scores, b.scalar(-1e9)])], { axis: -1 });
    const read = b.reshape(b.transpose(b.matmul(shares, v!), [0, 2, 1, 3]), [BATCH, SEQUENCE, width]);
    x = b.add(x, linear(read, width, width));
    x = b.add(x, linear(gelu(b, linear(norm(x), width, 4 * width)), 4 * width, width));
  }
  outputs.set("logits", b.matmul(norm(x), weights.of([width, words])));
  const { bytes } = emit(b.graph(new Map([...outputs].reverse())), "cached");
  await Deno.writeFile(path, bytes);
  await weights.write();
}

/** Which keys each query may read: those that are not padding, and not after it. @returns bool [batch, 1, sequence, total] */
function allowedKeys(b: Builder, mask: Value): Value {
  const range = (from: Dimension, to: Dimension) =>
    b.op("Range", [b.integer(from), b.integer(to), b.integer(1)]);
  const queries = b.reshape(range(PAST, TOTAL), [1, 1, SEQUENCE, 1]);
  const keys = b.reshape(range(0, TOTAL), [1, 1, 1, TOTAL]);
  const isKept = b.op("Greater", [b.reshape(mask, [BATCH, 1, 1, TOTAL]), b.integer(0)]);
  return b.op("And", [b.op("LessOrEqual", [keys, queries]), isKept]);
}

function gelu(b: Builder, x: Value): Value {
  const share = b.add(b.op("Erf", [b.multiply(x, b.scalar(Math.SQRT1_2))]), b.scalar(1));
  return b.multiply(b.multiply(x, share), b.scalar(0.5));
}
