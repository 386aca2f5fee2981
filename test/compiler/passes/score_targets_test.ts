import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { type Dimension, product, symbol } from "../../../src/compiler/graph/dimension.ts";
import { type Graph, liveNodes, type Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { scoreTargets } from "../../../src/compiler/passes/score_targets.ts";
import { int64Tensor } from "../../../src/device/device.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const ROWS: readonly Dimension[] = [symbol("batch"), symbol("target")];
const SIZE = 5;
const WORDS = 11;
const stream = new RandomStream(0, "heads");
const random = (count: number) => Array.from({ length: count }, () => stream.uniform(-1, 1));
const MATRIX = random(SIZE * WORDS);
const BIAS = random(WORDS);

/** A head: as a graph, and each word's logit in float64. */
interface Head {
  readonly logits: (b: Builder, hidden: Value) => Value;
  readonly logit: (hidden: readonly number[], word: number) => number;
}

const matrix = (b: Builder) => b.constant("matrix", float32(MATRIX, [SIZE, WORDS]));
const bias = (b: Builder, dims: readonly number[]) => b.constant("bias", float32(BIAS, dims));
const dot = (hidden: readonly number[], word: number) =>
  hidden.reduce((sum, x, i) => sum + x * MATRIX[i * WORDS + word]!, 0);

const HEADS: Readonly<Record<string, Head>> = {
  "a product": { logits: (b, hidden) => b.matmul(hidden, matrix(b)), logit: dot },
  "a scaled product with a bias": {
    logits: (b, hidden) => b.add(b.multiply(b.matmul(hidden, matrix(b)), b.scalar(0.5)), bias(b, [1, WORDS])),
    logit: (hidden, word) => 0.5 * dot(hidden, word) + BIAS[word]!,
  },
  "a product with a transposed matrix": {
    logits: (b, hidden) => b.matmul(hidden, b.transpose(matrix(b), [1, 0]), { b: true }),
    logit: dot,
  },
  "a capped product": {
    logits: (b, hidden) =>
      b.multiply(b.op("Tanh", [b.add(b.matmul(hidden, matrix(b)), bias(b, [WORDS]))]), b.scalar(3)),
    logit: (hidden, word) => 3 * Math.tanh(dot(hidden, word) + BIAS[word]!),
  },
  "two products, added": {
    logits: (b, hidden) => b.add(b.matmul(hidden, matrix(b)), b.matmul(b.op("Tanh", [hidden]), matrix(b))),
    logit: (hidden, word) => dot(hidden, word) + dot(hidden.map(Math.tanh), word),
  },
  "a product of the tokens of all texts": {
    logits: (b, hidden) => {
      const flat = b.matmul(b.reshape(hidden, [product(ROWS), SIZE]), matrix(b));
      return b.reshape(flat, [...ROWS, WORDS]);
    },
    logit: dot,
  },
};

/** log softmax of a word, summed in float64. */
function logprob({ logit }: Head, hidden: readonly number[], word: number): number {
  const powers = Array.from({ length: WORDS }, (_, at) => Math.exp(logit(hidden, at)));
  return logit(hidden, word) - Math.log(powers.reduce((a, c) => a + c, 0));
}

/** Its gradient by central differences. */
function slope(head: Head, hidden: readonly number[], word: number): number[] {
  const step = 1e-5;
  return hidden.map((x, i) => {
    const at = (moved: number) => logprob(head, hidden.with(i, moved), word);
    return (at(x + step) - at(x - step)) / (2 * step);
  });
}

function graphOf({ logits }: Head): Graph {
  const b = new Builder("test");
  const hidden = b.input("states", "float32", [...ROWS, SIZE]);
  return b.graph(new Map([["target_logits", logits(b, hidden)]]));
}

for (const [name, head] of Object.entries(HEADS)) {
  for (const most of [WORDS, 4, 1]) {
    Deno.test(`words and slopes of ${name}, at most ${most} at a time, are those of log softmax`, async () => {
      const states = randomTensor(stream, [2, 3, SIZE], -2, 2);
      const words = [0, 10, 4, 3, 7, 8];
      const graph = scoreTargets(graphOf(head), "slope", most);
      const session = await openOnCpu(graph);
      const outputs = await session.run({ states, target_ids: int64Tensor(words, [2, 3]) });
      const rows = words.map((_, i) => Array.from(states.data.slice(i * SIZE, (i + 1) * SIZE), Number));
      const expected = rows.map((hidden, i) => logprob(head, hidden, words[i]!));
      assertEquals(outputs.target_logprobs!.dims, [2, 3]);
      assert(relativeError(outputs.target_logprobs!.data as Float32Array, expected) < 1e-6);
      const slopes = rows.flatMap((hidden, i) => slope(head, hidden, words[i]!));
      assert(relativeError(outputs.slope!.data as Float32Array, slopes) < 1e-5);
      await session.release();
    });
  }
}

Deno.test("no tensor of a head in parts is over the whole vocabulary", () => {
  for (const name of ["a product", "a capped product"]) {
    const graph = scoreTargets(graphOf(HEADS[name]!), "slope", 4);
    const wide = liveNodes(graph).filter(({ outputs }) =>
      outputs.some(({ shape }) => shape.at(-1) === WORDS)
    );
    assertEquals(wide, [], name);
  }
});

Deno.test("logits without a head are scored as they are", async () => {
  const b = new Builder("test");
  const graph = b.graph(new Map([["target_logits", b.input("logits", "float32", [...ROWS, WORDS])]]));
  const session = await openOnCpu(scoreTargets(graph, "slope", 4));
  const logits = randomTensor(stream, [1, 2, WORDS], -3, 3);
  const words = [2, 9];
  const outputs = await session.run({ logits, target_ids: int64Tensor(words, [1, 2]) });
  const expected = words.flatMap((word, row) => {
    const own = Array.from(logits.data.slice(row * WORDS, (row + 1) * WORDS), Number);
    const powers = own.map(Math.exp);
    const total = powers.reduce((a, c) => a + c, 0);
    return powers.map((power, at) => Number(at === word) - power / total);
  });
  assert(relativeError(outputs.slope!.data as Float32Array, expected) < 1e-6);
  await session.release();
});
