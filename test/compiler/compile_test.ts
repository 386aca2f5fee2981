import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  compile,
  compileBank,
  compileHard,
  type CompileOptions,
  OPTIMIZER_NAMES,
} from "../../src/compiler/mod.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { familyModel } from "./family_step.ts";

const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

for (const [i, name] of FAMILIES.entries()) {
  Deno.test(`each pass of a bank of ${name} for WebGPU in float16 leaves a graph that is well formed`, async () => {
    const path = familyModel(name);
    const bytes = await Deno.readFile(path);
    const options: CompileOptions = {
      read: readRegion,
      target: "webgpu",
      precision: "float16",
      loss: "weighted",
      verify: true,
    };
    const optimizer = OPTIMIZER_NAMES[i % OPTIMIZER_NAMES.length]!;
    const { update, embed } = compile(bytes, path, "embedding-output", optimizer, options);
    const bank = compileBank(bytes, path, "embedding-output", optimizer, options);
    for (const { bytes } of [bank.train, update, embed]) {
      assert(bytes.length > 0);
    }
  });
}

Deno.test("a graph is made when it is first read, and once", async () => {
  const path = familyModel("bert-opset11");
  const passes: string[] = [];
  const onPass = (pass: string) => void passes.push(pass);
  const compiled = compileHard(await Deno.readFile(path), path, { onPass });
  assertEquals(passes.includes("narrow"), false);
  const { predict } = compiled;
  assertEquals(passes.filter((pass) => pass === "narrow").length, 1);
  assertStrictEquals(compiled.predict, predict);
  assertEquals(passes.filter((pass) => pass === "narrow").length, 1);
});

Deno.test("the order in which graphs are read changes nothing of them", async () => {
  const path = familyModel("llama-opset14");
  const bytes = await Deno.readFile(path);
  for (const compiled of [compile, compileBank]) {
    const [one, other] = [0, 1].map(() => compiled(bytes, path, "word-embeddings", "sgd"));
    const first = [one!.train, one!.predict, one!.answer];
    const last = [other!.answer, other!.predict, other!.train];
    assertEquals(first.map(({ bytes }) => bytes), last.toReversed().map(({ bytes }) => bytes));
  }
});
