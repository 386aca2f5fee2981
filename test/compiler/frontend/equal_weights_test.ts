import { assert, assertEquals } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, NodeProtoSchema } from "onnx-buf";
import { compileModelTuning, countParameters, readOnnxFile } from "../../../src/compiler/mod.ts";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { chooseDevice } from "../../../src/device/choose.ts";
import { float32Tensor, scalarTensor } from "../../../src/device/device.ts";
import { familyFeeds, familyModel, readFamily } from "../family_step.ts";

const FAMILY = "bert-opset11";
const PATH = familyModel(FAMILY);
const MERGED = /^layers\..*_norm\.weight$/;

/** The family's model with the weights of all its LayerNorms 1, each an initializer or as PyTorch's exporter merges them. */
async function freshNorms(form: "apart" | "merged"): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(PATH));
  const graph = model.graph!;
  const ones = new Uint8Array(new Float32Array(16).fill(1).buffer);
  for (const tensor of graph.initializer) if (/norm\.weight$/.test(tensor.name)) tensor.rawData = ones;
  if (form === "merged") {
    const merged = graph.initializer.filter(({ name }) => MERGED.test(name));
    graph.initializer = graph.initializer.filter((tensor) => !merged.includes(tensor));
    graph.node.unshift(
      ...merged.map(({ name }) =>
        create(NodeProtoSchema, { opType: "Identity", input: ["norm.weight"], output: [name] })
      ),
    );
  }
  return toBinary(ModelProtoSchema, model);
}

for (const form of ["apart", "merged"] as const) {
  Deno.test(`LayerNorms whose weights start equal and are stored ${form} are tuned each by itself`, async () => {
    const bytes = await freshNorms(form);
    const { train, parameters } = compileModelTuning(bytes, PATH, "sgd");
    const untouched = compileModelTuning(await Deno.readFile(PATH), PATH, "sgd").parameters;
    const names = (all: typeof parameters) => all.map(({ name }) => name).sort();
    assertEquals(names(parameters), names(untouched));
    const elements = parameters.reduce((sum, { start }) => sum + start.length, 0);
    assertEquals(countParameters(readOnnxFile(bytes, PATH)), elements);
    const session = await (await chooseDevice("cpu", () => {})).open(train);
    const outputs = await session.run({
      ...familyFeeds(await readFamily(FAMILY), "word-embeddings"),
      ...Object.fromEntries(parameters.flatMap(({ name, dims, start }) => [
        [name, float32Tensor(start, dims)],
        [`${name}.velocity`, float32Tensor(new Float32Array(start.length), dims)],
      ])),
      learning_rate: scalarTensor(1),
    });
    const norms = names(parameters).filter((name) => /norm\.weight$/.test(name));
    assertEquals(norms.length, 6);
    const tuned = norms.map((name) => Array.from(outputs[`${name}_next`]!.data as Float32Array).join());
    assertEquals(new Set(tuned).size, norms.length, "all move by gradients of their own");
    await session.release();
  });
}

Deno.test("a weight that an exporter has merged stays one where its numbers cannot be equal by chance", async () => {
  const albert = familyModel("albert-opset13");
  const bytes = await Deno.readFile(albert);
  const { parameters } = compileModelTuning(bytes, albert, "sgd");
  const names = parameters.map(({ name }) => name);
  const { node } = readOnnxFile(bytes, albert).model.graph!;
  const copies = node.filter(({ opType }) => opType === "Identity").flatMap(({ output }) => output);
  assert(copies.length > 0);
  assertEquals(copies.filter((name) => names.includes(name)), []);
  // The head of BERT's kind is its word embeddings, which the exporter has written down a second time, transposed.
  assert(names.includes("words.weight") && !names.includes("onnx::MatMul_389"));
});

Deno.test("weights of the same numbers are emitted as two, numbers as one", () => {
  const b = new Builder("test.onnx");
  const x = b.input("x", "float32", [2, 4]);
  const weight = (name: string) => b.constant(name, float32([1, 1, 1, 1], [4]));
  const scaled = b.multiply(b.multiply(x, weight("one")), weight("other"));
  const y = b.add(b.add(scaled, b.scalar(2)), b.scalar(2));
  const { graph } = fromBinary(ModelProtoSchema, emit(b.graph(new Map([["y", y]])), "test").bytes);
  assertEquals(graph!.initializer.map(({ dims }) => dims.map(Number)), [[4], [4], []]);
});
