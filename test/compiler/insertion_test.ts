import { assert, assertEquals } from "@std/assert";
import {
  compile,
  compileHard,
  type Emitted,
  factsOf,
  namingMultiplier,
  readOnnxFile,
} from "../../src/compiler/mod.ts";
import { findEmbedding } from "../../src/compiler/analysis/embedding_layer.ts";
import { importModel } from "../../src/compiler/frontend/import.ts";
import { canonicalize } from "../../src/compiler/passes/canonicalize.ts";
import { exposePositions } from "../../src/compiler/passes/expose_positions.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { type Feeds, int64Tensor, type Tensor } from "../../src/device/device.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { familyFeeds, familyModel, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";
import { tinyModel, type TinyNode } from "./tiny_model.ts";

const cpu = await openCpu();
const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

/** Tokens that the prompt is made of, or that stand in its place. */
const TOKENS = [5, 11, 23];

/** The class logits of a graph that its feeds are put into. */
async function logitsOf(graph: Emitted, feeds: Feeds): Promise<Float32Array> {
  const session = await cpu.open(graph);
  const { class_logits } = await session.run(feeds);
  await session.release();
  return class_logits!.data as Float32Array;
}

/** What the embedding gives for the tokens, at the place where a prompt enters: float32 [length, dimension]. */
async function embedded(embed: Emitted): Promise<Tensor> {
  const dims = [1, TOKENS.length];
  const session = await cpu.open(embed);
  const { embeddings } = await session.run({
    input_ids: int64Tensor(TOKENS, dims),
    attention_mask: int64Tensor(TOKENS.map(() => 1), dims),
    position_ids: int64Tensor(TOKENS.map((_, i) => i), dims),
  });
  await session.release();
  return { ...embeddings!, dims: embeddings!.dims.slice(1) };
}

for (const name of FAMILIES) {
  Deno.test(`a prompt of ${name} that is made of tokens' embeddings does what these tokens do`, async () => {
    const path = familyModel(name);
    const bytes = await Deno.readFile(path);
    const read = readRegion;
    const feeds = familyFeeds(await readFamily(name), "word-embeddings");
    const [batch, sequence] = feeds.input_ids!.dims as [number, number];
    const length = TOKENS.length;
    const ids = Array.from(feeds.input_ids!.data, Number);
    const rows = Array.from(feeds.prompt_rows!.data, Number);
    for (let b = 0; b < batch; b++) {
      for (const [i, token] of TOKENS.entries()) ids[b * sequence + rows[b * length + i]!] = token;
    }
    const written = { ...feeds, input_ids: int64Tensor(ids, [batch, sequence]) };
    const expected = await logitsOf(compileHard(bytes, path, { read }).predict, written);
    for (const insertion of ["word-embeddings", "embedding-output"] as const) {
      const { embed, predict, positions } = compile(bytes, path, insertion, "adamw", { read });
      // After a layer that adds positions the prompt has none, and the tokens have some.
      if (insertion === "embedding-output" && positions === "embedding-layer") continue;
      const found = await logitsOf(predict, { ...feeds, prompt: await embedded(embed) });
      const off = relativeError(found, expected);
      assert(off < 1e-5, `at the ${insertion}: off by ${off}`);
    }
  });
}

Deno.test("the scale of word embeddings is what the look-up's one reader multiplies them by", async () => {
  for (const [name, scale] of [["gemma2-traced-opset20", 4], ["bert-opset11", 1]] as const) {
    const path = familyModel(name);
    const bytes = await Deno.readFile(path);
    assertEquals(compile(bytes, path, "word-embeddings", "adamw").scale, scale);
    assertEquals(factsOf(readOnnxFile(bytes, path)).scale, scale);
  }
});

/** A language model without layers, in whatever way its embeddings come to its logits. */
function tiny(...nodes: TinyNode[]) {
  const look: TinyNode = ["Gather", ["table", "input_ids"], ["rows"]];
  const head: TinyNode = ["MatMul", ["x", "head"], ["logits"]];
  const root: TinyNode = ["Cast", ["two"], ["root"], { to: 1 }];
  const bytes = tinyModel(["input_ids"], [look, root, ...nodes, head], WEIGHTS, "logits", { two: 2 });
  return readOnnxFile(bytes, "tiny.onnx");
}

const factsOfNodes = (...nodes: TinyNode[]) => factsOf(tiny(...nodes));

/** The square root of 4 is 2; the weights of these files are zeros. */
const WEIGHTS = { table: [9, 4], head: [4, 9], setting: [1], vector: [4] };

Deno.test("a factor of several numbers, or beside another reader, or another number, is no scale of the embedding", () => {
  assertEquals(factsOfNodes(["Mul", ["rows", "root"], ["x"]]).scale, 2);
  assertEquals(factsOfNodes(["Mul", ["root", "rows"], ["x"]]).scale, 2);
  assertEquals(
    factsOfNodes(["Cast", ["rows"], ["half"], { to: 10 }], ["Cast", ["root"], ["rounded"], { to: 10 }], [
      "Mul",
      ["half", "rounded"],
      ["x"],
    ]).scale,
    2,
  );
  assertEquals(factsOfNodes(["Mul", ["rows", "vector"], ["x"]]).scale, 1);
  assertEquals(factsOfNodes(["Mul", ["rows", "root"], ["y"]], ["Add", ["rows", "y"], ["x"]]).scale, 1);
  assertEquals(factsOfNodes(["Mul", ["rows", "setting"], ["x"]]).scale, 1);
});

Deno.test("a prompt enters before a number that the model's code multiplies embeddings by", () => {
  const enters = (factor: string) =>
    findEmbedding(importModel(tiny(["Mul", ["rows", factor], ["x"]]))).words.producer?.op;
  assertEquals([enters("root"), enters("setting")], ["Mul", "Gather"]);
});

Deno.test("a number that the file names comes after the word embeddings, even if it is the square root of their size", () => {
  const { bytes, path } = tiny(["Mul", ["rows", "root"], ["x"]]);
  const placed = (multiplier: number) => {
    const file = readOnnxFile(namingMultiplier(bytes, multiplier), path);
    const { scale, multiplier: found } = factsOf(file);
    const exposed = exposePositions(canonicalize(importModel(file))).graph;
    return [scale, found, findEmbedding(exposed).words.producer?.op];
  };
  assertEquals(placed(2), [1, 2, "Gather"]);
  assertEquals(placed(2.001), [1, 2, "Gather"]);
  assertEquals(placed(12), [2, 1, "Mul"]);
});

Deno.test("the inputs that a graph reads are those that its logits depend on", () => {
  assertEquals(factsOfNodes(["Mul", ["rows", "setting"], ["x"]]).inputs, ["input_ids"]);
});
