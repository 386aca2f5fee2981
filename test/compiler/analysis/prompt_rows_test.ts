import { assertEquals } from "@std/assert";
import { promptRows } from "../../../src/compiler/analysis/prompt_rows.ts";
import { subtract, symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { written } from "../../../src/compiler/passes/splice.ts";

const [BATCH, SEQUENCE, LENGTH] = [symbol("batch"), symbol("sequence"), symbol("length")];

/** Attention of one head over a prompt's vectors among those of a text, made by `embed` and finished by `mix`. */
function model(
  mix: (b: Builder, scores: Value, x: Value) => Value,
  embed: (b: Builder, words: Value) => Value = (_, words) => words,
) {
  const b = new Builder("made.onnx");
  const words = embed(b, b.input("words", "float32", [BATCH, SEQUENCE, 4]));
  const prompt = b.input("prompt", "float32", [LENGTH, 4]);
  const rows = b.input("prompt_rows", "int64", [BATCH, LENGTH]);
  const vectors = b.expand(b.reshape(prompt, [1, LENGTH, 4]), [BATCH, LENGTH, 4]);
  const x = written(b, words, vectors, rows);
  const scores = b.matmul(x, b.transpose(x, [0, 2, 1]));
  return { graph: b.graph(new Map([["logits", mix(b, scores, x)]])), prompt };
}

/** Scores with all later rows blocked, from some later row on. */
function masked(b: Builder, scores: Value, later: number): Value {
  const at = b.op("Range", [b.integer(0), b.integer(SEQUENCE), b.integer(1)]);
  const query = b.add(b.reshape(at, [SEQUENCE, 1]), b.integer(later));
  const isBlocked = b.op("Greater", [b.reshape(at, [1, SEQUENCE]), query]);
  return b.op("Where", [isBlocked, b.scalar(-Infinity), scores]);
}

const softmax = (b: Builder, scores: Value) => b.op("Softmax", [scores], { axis: -1 });

/** The distance of each row from the last one. */
const fromEnd = (b: Builder) =>
  b.cast(b.op("Range", [b.integer(subtract(1, SEQUENCE)), b.integer(1), b.integer(1)]), "float32");

const PROVEN = [
  "after a causal mask",
  "where rows that see nothing are 0",
  "with a bias by the distance from the end",
];

const WAYS: Readonly<Record<string, (b: Builder, scores: Value, x: Value) => Value>> = {
  "after a causal mask": (b, scores, x) => b.matmul(softmax(b, masked(b, scores, 0)), x),
  "where rows that see nothing are 0": (b, scores, x) => {
    const seen = masked(b, scores, 0);
    const most = b.op("ReduceMax", [seen, b.integers([2])], { keepdims: 1 });
    const blind = b.op("Equal", [most, b.scalar(-Infinity)]);
    const weights = softmax(b, b.op("Where", [blind, b.scalar(0), seen]));
    return b.matmul(b.op("Where", [blind, b.scalar(0), weights]), x);
  },
  "without a mask": (b, scores, x) => b.matmul(softmax(b, scores), x),
  "where the next row is seen, too": (b, scores, x) => b.matmul(softmax(b, masked(b, scores, 1)), x),
  "without a softmax": (b, scores, x) => b.matmul(b.op("Relu", [masked(b, scores, 0)]), x),
  "where something is added to the weights": (b, scores, x) =>
    b.matmul(b.add(softmax(b, masked(b, scores, 0)), b.scalar(0.1)), x),
  "whose scores are divided by the largest number of a text": (b, scores, x) => {
    const most = b.op("ReduceMax", [b.input("sizes", "float32", [BATCH, SEQUENCE, 1]), b.integers([1])], {
      keepdims: 1,
    });
    return b.matmul(softmax(b, masked(b, b.divide(scores, most), 0)), x);
  },
  "whose scores are divided by a text's last position": (b, scores, x) => {
    const positions = b.input("position_ids", "int64", [BATCH, SEQUENCE]);
    const last = b.op("Gather", [b.cast(positions, "float32"), b.integers([-1])], { axis: 1 });
    return b.matmul(softmax(b, masked(b, b.divide(scores, b.reshape(last, [BATCH, 1, 1])), 0)), x);
  },
  "whose scores are divided by the length of a text": (b, scores, x) =>
    b.matmul(softmax(b, masked(b, b.divide(scores, b.cast(b.integer(SEQUENCE), "float32")), 0)), x),
  "whose scores are halved in long texts": (b, scores, x) => {
    const isLong = b.op("Greater", [b.integer(SEQUENCE), b.integer(4096)]);
    const factor = b.op("Where", [isLong, b.scalar(0.5), b.scalar(1)]);
    return b.matmul(softmax(b, masked(b, b.multiply(scores, factor), 0)), x);
  },
  "whose rows are multiplied by their distance from the end": (b, scores, x) =>
    b.multiply(b.matmul(softmax(b, masked(b, scores, 0)), x), b.reshape(fromEnd(b), [SEQUENCE, 1])),
  "with a bias by the distance from the end": (b, scores, x) =>
    b.matmul(softmax(b, masked(b, b.add(scores, b.multiply(fromEnd(b), b.scalar(3))), 0)), x),
  "without a softmax, whose weights are a difference": (b, scores, x) =>
    b.matmul(b.subtract(scores, b.multiply(scores, scores)), x),
  "without a softmax, whose weights are what is compared": (b, scores, x) =>
    b.matmul(b.cast(b.op("Less", [scores, b.multiply(scores, scores)]), "float32"), x),
  "where the largest score of all rows is read": (b, scores, x) =>
    b.multiply(x, b.op("ReduceMax", [scores, b.integers([2])], { keepdims: 1 })),
  "where the mean of all rows is read": (b, scores, x) =>
    b.subtract(b.matmul(softmax(b, masked(b, scores, 0)), x), b.mean(x, [1])),
};

for (const [what, mix] of Object.entries(WAYS)) {
  const isProven = PROVEN.includes(what);
  Deno.test(`attention ${what} ${isProven ? "shows" : "does not show"} that no row depends on later ones`, () => {
    const { graph, prompt } = model(mix);
    const found = promptRows(graph, prompt, ({ bytes }) => bytes);
    assertEquals(found?.axes.get(graph.outputs.get("logits")!), isProven ? 1 : undefined);
  });
}

const EMBEDDINGS: Readonly<Record<string, (b: Builder, words: Value) => Value>> = {
  "positions from the end": (b, words) => b.add(words, b.reshape(fromEnd(b), [SEQUENCE, 1])),
  "the mean of all words": (b, words) => b.subtract(words, b.mean(words, [1])),
};

for (const [what, embed] of Object.entries(EMBEDDINGS)) {
  Deno.test(`an embedding layer with ${what} does not show that no row depends on later ones`, () => {
    const { graph, prompt } = model(WAYS["after a causal mask"]!, embed);
    assertEquals(promptRows(graph, prompt, ({ bytes }) => bytes), undefined);
  });
}
