import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { canonicalize } from "../../../src/compiler/passes/canonicalize.ts";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { type Graph, liveNodes } from "../../../src/compiler/graph/graph.ts";
import { importModel } from "../../../src/compiler/frontend/import.ts";
import { narrow } from "../../../src/compiler/passes/narrow.ts";
import { CLASS_LOGITS, onlyOutput, readAnswer } from "../../../src/compiler/passes/objective.ts";
import { readOnnxFile } from "../../../src/compiler/frontend/onnx_file.ts";
import { exposePositions } from "../../../src/compiler/passes/expose_positions.ts";
import { simplify } from "../../../src/compiler/passes/simplify.ts";
import { findEmbedding } from "../../../src/compiler/analysis/embedding_layer.ts";
import { splice } from "../../../src/compiler/passes/splice.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { float32Tensor, int64Tensor, type Tensor } from "../../../src/device/device.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { DEVICES, sharedDevice } from "../../devices.ts";
import { MINI, shared, sharedTest } from "../../shared.ts";
import { randomTensor, relativeError } from "../graph_runner.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const bytes = await Deno.readFile(path);
const imported = importModel(readOnnxFile(bytes, path));
const cpu = await openCpu();

function count(graph: Graph, op: string): number {
  return liveNodes(graph).filter((node) => node.op === op).length;
}

/** Runs a graph over the mini model's weights. */
async function outputs(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await cpu.open({
    bytes: emit(graph, "test").bytes,
    weights: new Map([["model.onnx", bytes]]),
  });
  const found = await session.run(feeds);
  await session.release();
  return found;
}

/** A batch of 3 random sequences of 7 tokens, the last one padded. */
function batch(): Record<string, Tensor> {
  const stream = new RandomStream(0, "batch");
  const places = Array.from({ length: 21 }, (_, i) => i);
  return {
    input_ids: int64Tensor(places.map(() => 5 + stream.integer(8000)), [3, 7]),
    attention_mask: int64Tensor(places.map((i) => i < 18 ? 1 : 0), [3, 7]),
    position_ids: int64Tensor(places.map((i) => i % 7), [3, 7]),
  };
}

Deno.test("import leaves no shape arithmetic and knows every shape", () => {
  for (const node of liveNodes(imported)) {
    assert(!["Shape", "Constant", "Identity"].includes(node.op), node.op);
  }
  assertEquals(imported.outputs.get("logits")!.shape.map(String), ["batch", "sequence", "8192"]);
});

Deno.test("what is imported computes what the model's own file does", async () => {
  const feeds = batch();
  const session = await cpu.open({ bytes, weights: new Map() });
  const expected = await session.run({
    ...feeds,
    token_type_ids: int64Tensor(new Array(21).fill(0), [3, 7]),
  });
  const found = await outputs(imported, feeds);
  assert(relativeError(found.logits!.data as Float32Array, expected.logits!.data as Float32Array) < 1e-6);
  await session.release();
});

Deno.test("canonicalize makes LayerNorm and GELU one node each, and the logits stay the same", async () => {
  const canonical = canonicalize(imported);
  assertEquals(count(imported, "LayerNormalization"), 0);
  assertEquals(count(canonical, "LayerNormalization"), 10);
  assertEquals(count(canonical, "com.microsoft.Gelu"), 5);
  for (const op of ["Erf", "Sqrt", "Pow", "ReduceMean"]) assertEquals(count(canonical, op), 0, op);
  const [a, b] = [await outputs(imported, batch()), await outputs(canonical, batch())];
  assert(relativeError(b.logits!.data as Float32Array, a.logits!.data as Float32Array) < 1e-5);
});

for (const kind of DEVICES) {
  Deno.test(`a query that sees nothing has probability 0 and a gradient of 0 on ${kind}`, async () => {
    const b = new Builder("left padding");
    const x = b.input("x", "float32", [symbol("batch"), 3]);
    const y = b.op("Softmax", [x], { axis: -1 });
    const seen = b.op("Where", [b.op("IsNaN", [y]), b.scalar(0), y]);
    const loss = b.reshape(
      b.sum(b.multiply(seen, b.constant("weights", float32([1, 2, 4], [3]))), [0, 1]),
      [],
    );
    const guarded = canonicalize(b.graph(new Map([["loss", loss], ["seen", seen]])));
    const device = await sharedDevice(kind);
    const session = await device.open({
      bytes: emit(differentiate(guarded, "loss", x), "guarded").bytes,
      weights: new Map(),
    });
    const none = [-Infinity, -Infinity, -Infinity];
    const found = await session.run({ x: float32Tensor(Float32Array.of(0, 0, -Infinity, ...none), [2, 3]) });
    assertEquals([...found.seen!.data], [0.5, 0.5, 0, 0, 0, 0]);
    assertEquals([...found.gradient!.data].map((item) => Number(item) + 0), [-0.25, 0.25, 0, 0, 0, 0]);
    await session.release();
  });
}

Deno.test("a packed projection is taken apart where only some of its columns are narrowed", async () => {
  const tokens = [symbol("batch"), symbol("sequence")];
  const stream = new RandomStream(0, "packed");
  const b = new Builder("packed");
  const x = b.input("x", "float32", [...tokens, 2]);
  const rows = b.input("rows", "int64", [symbol("batch")]);
  const weights = float32(Array.from({ length: 24 }, () => stream.uniform(-1, 1)), [2, 12]);
  const bias = float32(Array.from({ length: 12 }, () => stream.uniform(-1, 1)), [12]);
  const packed = b.add(b.matmul(x, b.constant("weights", weights)), b.constant("bias", bias));
  // Two groups of two heads, each with one column of queries and two of keys.
  const heads = b.reshape(b.reshape(packed, [...tokens, 2, 6]), [...tokens, 2, 2, 3]);
  const [queries, keys] = b.node("Split", [heads, b.integers([1, 2])], { axis: -1 }, "", ["queries", "keys"]);
  const read = b.op("GatherND", [b.op("Tanh", [queries!]), b.reshape(rows, [symbol("batch"), 1, 1])], {
    batch_dims: 1,
  });
  const whole = b.graph(new Map([["queries", read], ["keys", keys!]]));
  const narrowed = narrow(whole);
  const products = liveNodes(narrowed).filter(({ op }) => op === "MatMul").map(({ outputs: [y] }) =>
    y!.shape
  );
  assertEquals(products.map((shape) => shape.map(String)).toSorted(), [
    ["batch", "1", "4"],
    ["batch", "sequence", "8"],
  ]);
  const feeds = { x: randomTensor(stream, [2, 3, 2]), rows: int64Tensor([2, 0], [2]) };
  const [found, expected] = [await outputs(narrowed, feeds), await outputs(whole, feeds)];
  for (const name of ["queries", "keys"]) {
    assertEquals(found[name]!.dims, expected[name]!.dims);
    assert(relativeError(found[name]!.data as Float32Array, expected[name]!.data as Float32Array) < 1e-6);
  }
});

Deno.test("a Split is emitted with all its parts, even if the last is unused", async () => {
  const b = new Builder("parts");
  const x = b.input("x", "float32", [symbol("batch"), 4]);
  const [first] = b.node("Split", [x, b.integers([1, 3])], { axis: 1 }, "", ["first", "rest"]);
  const graph = simplify(b.graph(new Map([["y", first!]])));
  const found = await outputs(graph, { x: float32Tensor(Float32Array.of(1, 2, 3, 4), [1, 4]) });
  assertEquals([...found.y!.data], [1]);
});

Deno.test("the embedding layer ends after its LayerNorm, and positions become an input", () => {
  const exposed = exposePositions(canonicalize(imported)).graph;
  const { words, output } = findEmbedding(exposed);
  assertEquals(words.producer!.op, "Gather");
  assertEquals(output.producer!.op, "LayerNormalization");
  assertEquals(exposed.inputs.map(({ name }) => name), ["input_ids", "attention_mask", "position_ids"]);
});

for (const [model, output] of [["distilbert_like", "LayerNormalization"], ["gpt2_like", "Add"]] as const) {
  sharedTest(`the embedding layer of ${model} ends in ${output}`, async () => {
    const file = shared("parity", "models", model, "onnx", "model.onnx");
    const graph =
      exposePositions(canonicalize(importModel(readOnnxFile(await Deno.readFile(file), file)))).graph;
    assertEquals(findEmbedding(graph).output.producer!.op, output);
  });
}

sharedTest("GPT-2's Conv1D becomes a matrix product, so that its rows are narrowed too", async () => {
  const file = shared("parity", "models", "gpt2_like", "onnx", "model.onnx");
  const graph = canonicalize(importModel(readOnnxFile(await Deno.readFile(file), file)));
  assertEquals(count(graph, "Gemm"), 0);
  const rows = liveNodes(narrow(onlyOutput(readAnswer(graph), CLASS_LOGITS))).filter(({ op, outputs: [y] }) =>
    op === "MatMul" && String(y!.shape[1]) === "1"
  );
  assertEquals(rows.length, 5, "queries, attention output, both of the feed-forward, and the head");
});

sharedTest("the embedding layer of a LLaMA is its word table", async () => {
  const file = shared("models", "stories260k", "onnx", "model.onnx");
  const embedding = findEmbedding(
    exposePositions(canonicalize(importModel(readOnnxFile(await Deno.readFile(file), file)))).graph,
  );
  assert(embedding.output === embedding.words);
});

Deno.test("token ids at the prompt's rows do not matter", async () => {
  for (const insertion of ["embedding-output", "word-embeddings"] as const) {
    const { graph } = splice(findEmbedding(exposePositions(canonicalize(imported)).graph), insertion);
    const feeds = {
      ...batch(),
      prompt: randomTensor(new RandomStream(1, "prompt"), [2, 256]),
      prompt_rows: int64Tensor([0, 1, 3, 4, 2, 0], [3, 2]),
    };
    const ids = Array.from(batch().input_ids!.data, Number);
    for (const at of [0, 1, 7 + 3, 7 + 4, 14 + 2, 14]) ids[at] = 0;
    const before = await outputs(graph, feeds);
    const after = await outputs(graph, { ...feeds, input_ids: int64Tensor(ids, [3, 7]) });
    assertEquals(after.logits!.data, before.logits!.data);
  }
});

Deno.test("narrowing computes the head and the last layer's feed-forward at the answer only, with the same result", async () => {
  const { graph } = splice(findEmbedding(exposePositions(canonicalize(imported)).graph), "embedding-output");
  const whole = onlyOutput(readAnswer(graph), CLASS_LOGITS);
  const narrowed = narrow(whole);
  const rows = liveNodes(narrowed).filter(({ op, outputs: [y] }) =>
    op === "MatMul" && String(y!.shape[1]) === "1"
  );
  assertEquals(rows.length, 6, "query, attention output, both of the feed-forward, transform and head");
  const head = liveNodes(narrowed).find(({ op, outputs: [y] }) =>
    op === "MatMul" && String(y!.shape[2]) === "classes*words"
  );
  assert(head !== undefined, "only the verbalizer's columns are computed");
  const feeds = {
    ...batch(),
    prompt: randomTensor(new RandomStream(1, "prompt"), [2, 256]),
    prompt_rows: int64Tensor([0, 1, 0, 1, 0, 1], [3, 2]),
    answer_rows: int64Tensor([5, 6, 3], [3]),
    label_tokens: int64Tensor([100, 200, 300, 0], [2, 2]),
    label_weights: float32Tensor(Float32Array.of(0.5, 0.5, 1, 0), [2, 2]),
  };
  const [a, b] = [await outputs(whole, feeds), await outputs(narrowed, feeds)];
  assert(relativeError(b.class_logits!.data as Float32Array, a.class_logits!.data as Float32Array) < 1e-5);
});

Deno.test("simplify computes the same thing once and drops what changes nothing", () => {
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", [symbol("batch"), 2, 3]);
  const twice = b.add(b.op("Exp", [x]), b.op("Exp", [x]));
  const back = b.transpose(b.transpose(twice, [1, 0, 2]), [1, 0, 2]);
  const same = b.op("Reshape", [back, b.integers([symbol("batch"), 2, 3])]);
  const simple = simplify(b.graph(new Map([["y", same]])));
  assertEquals(liveNodes(simple).map(({ op }) => op), ["Exp", "Add"]);
});

Deno.test("simplify keeps what reads two vectors of the same numbers apart: they may be weights", () => {
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", [symbol("batch"), 2]);
  const bias = (name: string) => b.constant(name, float32([1, 1], [2]));
  const sum = b.multiply(b.add(x, bias("one")), b.add(x, bias("other")));
  const simple = simplify(b.graph(new Map([["y", sum]])));
  assertEquals(liveNodes(simple).map(({ op }) => op), ["Add", "Add", "Mul"]);
});
