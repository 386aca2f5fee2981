import { assert, assertEquals } from "@std/assert";
import { compile, compileHard, type Emitted, factsOf, readOnnxFile } from "../../src/compiler/mod.ts";
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
function factsOfNodes(...nodes: TinyNode[]) {
  const look: TinyNode = ["Gather", ["table", "input_ids"], ["rows"]];
  const head: TinyNode = ["MatMul", ["x", "head"], ["logits"]];
  const bytes = tinyModel(["input_ids"], [look, ...nodes, head], {
    table: [9, 4],
    head: [4, 9],
    scale: [1],
    vector: [4],
  });
  return factsOf(readOnnxFile(bytes, "tiny.onnx"));
}

Deno.test("a factor of several numbers, or beside another reader, is no scale", () => {
  // The weights of these files are zeros.
  assertEquals(factsOfNodes(["Mul", ["rows", "scale"], ["x"]]).scale, 0);
  assertEquals(factsOfNodes(["Mul", ["scale", "rows"], ["x"]]).scale, 0);
  assertEquals(
    factsOfNodes(["Cast", ["rows"], ["half"], { to: 10 }], ["Cast", ["scale"], ["rounded"], { to: 10 }], [
      "Mul",
      ["half", "rounded"],
      ["x"],
    ]).scale,
    0,
  );
  assertEquals(factsOfNodes(["Mul", ["rows", "vector"], ["x"]]).scale, 1);
  assertEquals(factsOfNodes(["Mul", ["rows", "scale"], ["y"]], ["Add", ["rows", "y"], ["x"]]).scale, 1);
});

Deno.test("the inputs that a graph reads are those that its logits depend on", () => {
  assertEquals(factsOfNodes(["Mul", ["rows", "scale"], ["x"]]).inputs, ["input_ids"]);
});
