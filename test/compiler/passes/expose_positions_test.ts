import { assert, assertEquals, assertThrows } from "@std/assert";
import { canonicalize } from "../../../src/compiler/passes/canonicalize.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import type { Graph } from "../../../src/compiler/graph/graph.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { compile, compileHard, factsOf, readOnnxFile } from "../../../src/compiler/mod.ts";
import { exposePositions } from "../../../src/compiler/passes/expose_positions.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { float32Tensor, int64Tensor, type Tensor } from "../../../src/device/device.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { relativeError } from "../graph_runner.ts";
import { tinyModel, type TinyNode } from "../tiny_model.ts";

const cpu = await openCpu();
const WORDS = [10, 20];

/** Models that take their positions in different ways, and what their graphs say of them. */
const MODELS = {
  "adds-two": {
    attention: "causal",
    positions: { first: 0, limit: 18, padding: undefined, uncounted: [] },
    sequence: 12,
  },
  "cuts-table": {
    attention: "bidirectional",
    positions: { first: 2, limit: 18, padding: undefined, uncounted: [] },
    sequence: undefined,
  },
  "counts-from-padding": {
    attention: "bidirectional",
    positions: { first: 4, limit: 16, padding: undefined, uncounted: [{ id: 3, position: 3 }] },
    sequence: undefined,
  },
  "keeps-padding-row": {
    attention: "bidirectional",
    positions: { first: 2, limit: 18, padding: 1, uncounted: [{ id: 1, position: 1 }] },
    sequence: undefined,
  },
} as const;

/** One text of some tokens, as compiled graphs take it; the answer is read at its third token. */
function textOf(tokens: number, first: number): Record<string, Tensor> {
  const row = (item: (at: number) => number) =>
    int64Tensor(Array.from({ length: tokens }, (_, at) => item(at)), [1, tokens]);
  return {
    input_ids: row((at) => 4 + (at * 7) % 26),
    attention_mask: row(() => 1),
    position_ids: row((at) => first + at),
    answer_rows: int64Tensor([2], [1]),
    label_tokens: int64Tensor(WORDS, [2, 1]),
    label_weights: float32Tensor(new Float32Array([1, 1]), [2, 1]),
  };
}

Deno.test("a token that the graph leaves out as it counts gets what the model's own file gives it", async () => {
  const path = "test/fixtures/positions/counts-from-padding.onnx";
  const bytes = await Deno.readFile(path);
  const input_ids = int64Tensor([5, 3, 9, 3, 12, 20], [1, 6]);
  const answer_rows = int64Tensor([4], [1]);
  const position_ids = int64Tensor([4, 3, 5, 3, 6, 7], [1, 6]);
  const text = textOf(6, 4);
  const feeds = { ...text, input_ids, position_ids, answer_rows };
  const file = await cpu.open({ bytes, weights: new Map() });
  const hard = await cpu.open(compileHard(bytes, path).predict);
  const logits = (await file.run({ input_ids, attention_mask: text.attention_mask! })).logits!
    .data as Float32Array;
  const found = (await hard.run(feeds)).class_logits!.data as Float32Array;
  const answer = WORDS.map((word) => logits[4 * 30 + word]!);
  assert(relativeError(found, Float32Array.from(answer)) < 1e-5);
  await file.release();
  await hard.release();
});

for (const [name, expected] of Object.entries(MODELS)) {
  const path = `test/fixtures/positions/${name}.onnx`;
  const bytes = await Deno.readFile(path);

  Deno.test(`the graph of ${name} says where its positions start and end`, () => {
    const { attention, positions, sequence } = factsOf(readOnnxFile(bytes, path, readRegion));
    assertEquals({ attention, positions, sequence }, expected);
  });

  Deno.test(`${name} answers as its own file does, up to the longest text, also after a prompt`, async () => {
    const { first, limit } = expected.positions;
    const longest = Math.min(limit, expected.sequence ?? limit);
    const file = await cpu.open({ bytes, weights: new Map() });
    const hard = await cpu.open(compileHard(bytes, path).predict);
    const { predict, embed } = compile(bytes, path, "embedding-output", "adamw");
    const soft = await cpu.open(predict);
    const layer = await cpu.open(embed);
    for (const tokens of [5, longest]) {
      const feeds = textOf(tokens, first);
      const { input_ids, attention_mask, position_ids } = feeds;
      const own = { input_ids: input_ids!, attention_mask: attention_mask!, position_ids: position_ids! };
      const logits = (await file.run(own)).logits!.data as Float32Array;
      const answer = WORDS.map((word) => logits[2 * 30 + word]!);
      const found = (await hard.run(feeds)).class_logits!.data as Float32Array;
      assert(relativeError(found, answer) < 1e-5, `${found} of ${tokens} tokens, not ${answer}`);

      // The first two tokens as a prompt of the vectors that they have; the text's positions are what they were.
      const vectors = (await layer.run(own)).embeddings!.data as Float32Array;
      const after = await soft.run({
        ...feeds,
        input_ids: int64Tensor([3, 3, ...Array.from(input_ids!.data, Number).slice(2)], [1, tokens]),
        position_ids: int64Tensor([0, 0, ...Array.from(position_ids!.data, Number).slice(2)], [1, tokens]),
        prompt: float32Tensor(vectors.slice(0, 16), [2, 8]),
        prompt_rows: int64Tensor([0, 1], [1, 2]),
      });
      assert(relativeError(after.class_logits!.data as Float32Array, answer) < 1e-5);
    }
    await Promise.all([file, hard, soft, layer].map((session) => session.release()));
  });
}

/** A model whose embedding layer adds rows of a table, chosen as these nodes say, to its words. */
function exposed(nodes: readonly TinyNode[], integers: Readonly<Record<string, number>>): Graph {
  const weights = { words: [10, 4], table: [6, 4], query: [4, 4], head: [4, 10] };
  const bytes = tinyModel(
    ["input_ids"],
    [
      ["Gather", ["words", "input_ids"], ["w"]],
      ...nodes,
      ["Add", ["w", "rows"], ["x"]],
      ["MatMul", ["x", "query"], ["q"]],
      ["Softmax", ["q"], ["y"]],
      ["MatMul", ["y", "head"], ["logits"]],
    ],
    weights,
    "logits",
    integers,
  );
  return exposePositions(canonicalize(importModel(readOnnxFile(bytes, "tiny.onnx")))).graph;
}

Deno.test("a table that is read by one number for all tokens keeps it, however it is computed", () => {
  const same = exposed([
    ["Sub", ["input_ids", "input_ids"], ["nothing"]],
    ["Add", ["nothing", "two"], ["twos"]],
    ["Gather", ["table", "twos"], ["rows"]],
  ], { two: 2 });
  assertEquals(same.inputs.map(({ name }) => name), ["input_ids"]);
});

Deno.test("what tells tokens apart in a way that is not understood is refused, with its node", () => {
  const refused = (nodes: readonly TinyNode[], operator: string) =>
    assertThrows(
      () => exposed(nodes, { two: 2, nought: 0, one: 1 }),
      CompileError,
      `operator ${operator} of node`,
    );
  refused([["Mod", ["input_ids", "two"], ["bucket"]], ["Gather", ["table", "bucket"], ["rows"]]], "Gather");
  refused([
    ["Shape", ["input_ids"], ["shape"]],
    ["Gather", ["shape", "one"], ["tokens"]],
    ["Range", ["nought", "tokens", "one"], ["places"]],
    ["Cast", ["places"], ["numbers"], { to: 1 }],
    ["Sin", ["numbers"], ["waves"]],
    ["Unsqueeze", ["waves", "one"], ["rows"]],
  ], "Unsqueeze");
});
