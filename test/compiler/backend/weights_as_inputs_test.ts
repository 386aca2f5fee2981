import { create, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals } from "@std/assert";
import { FunctionProtoSchema, ModelProtoSchema } from "onnx-buf";
import { readParts } from "../../../src/compiler/backend/graph_parts.ts";
import {
  COMPUTED,
  graphOfWeights,
  type WeightShape,
} from "../../../src/compiler/backend/weights_as_inputs.ts";
import { compile, type Emitted, type Precision } from "../../../src/compiler/mod.ts";
import { joined } from "../../../src/compiler/backend/wire.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { type Device, type Feeds, float32Tensor, type Tensor } from "../../../src/device/device.ts";
import { float32Data } from "../../../src/device/tensor_data.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { familyFeeds, familyModel, readFamily } from "../family_step.ts";

/** Families, and the number of weights of their steps that are computed of others. */
const FAMILIES = [
  ["bert-opset11", 0],
  // Numbers of 8 bits less their zero point, and each of them transposed.
  ["bert-int8", 26],
  // The last layer's queries, keys and values are split, and each of them transposed; a mask is a number.
  ["gpt2-opset11", 7],
  // Numbers of 4 bits, times their scales.
  ["llama-built-int4", 12],
] as const;

async function stepOf(name: string, precision: Precision = "float32"): Promise<Emitted> {
  const path = familyModel(name);
  const options = { read: readRegion, target: "webgpu", precision } as const;
  return compile(await Deno.readFile(path), path, "embedding-output", "adamw", options).train;
}

async function feedsOf(name: string): Promise<Feeds> {
  const feeds = familyFeeds(await readFamily(name), "embedding-output");
  const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
  return { ...feeds, first_moment: zeros, second_moment: zeros };
}

async function outputsOf(device: Device, graph: Pick<Emitted, "bytes" | "weights">, feeds: Feeds) {
  const session = await device.open(graph);
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

/** A step's weights by their names, each read or computed by itself. */
async function weightsOf(device: Device, { bytes, weights }: Emitted): Promise<Record<string, Tensor>> {
  const found: Record<string, Tensor> = {};
  for (const { name, tensors, computed } of graphOfWeights(bytes)!.weights) {
    if (computed !== undefined) {
      const graph = { bytes: computed(({ place }) => place), weights };
      found[name] = (await outputsOf(device, graph, {}))[COMPUTED]!;
      continue;
    }
    const [{ dims, place: { location, offset, length } }] = tensors as [typeof tensors[number]];
    const read = readRegion({ path: weights.get(location)!, offset, length });
    found[name] = float32Tensor(new Float32Array(read.slice().buffer), dims);
  }
  return found;
}

for (const [name, computed] of FAMILIES) {
  Deno.test(`a step of ${name} whose weights are inputs gives the same bits`, async () => {
    const device = await openCpu();
    const step = await stepOf(name);
    const feeds = await feedsOf(name);
    const graph = graphOfWeights(step.bytes)!;
    assertEquals(graph.weights.filter((weight) => weight.computed !== undefined).length, computed);
    const weights = await weightsOf(device, step);
    const shapes = Object.entries(weights).map(([name, { dims }]): [string, WeightShape] => [name, {
      type: "float32",
      dims,
    }]);
    const rest = graph.withInputs(new Map(shapes));
    // Nothing is left in files but what is not of real numbers, or a vector.
    for (const { type, dims } of rest.tensors) assert(type !== 1 || dims.length < 2);
    const bytes = rest.bytes(({ place }) => place);
    const expected = await outputsOf(device, step, feeds);
    const found = await outputsOf(device, { bytes, weights: step.weights }, { ...feeds, ...weights });
    assertEquals(found, expected);
    // What is computed beforehand is not computed in the step.
    const nodes = (file: Uint8Array) => readParts(file).nodes.length;
    assert(nodes(bytes) <= nodes(step.bytes) - computed);
  });
}

Deno.test("weights of which some become inputs leave the others where they are", async () => {
  const device = await openCpu();
  const step = await stepOf("gpt2-opset11");
  const feeds = await feedsOf("gpt2-opset11");
  const [[name, weight]] = Object.entries(await weightsOf(device, step)) as [[string, Tensor]];
  const rest = graphOfWeights(step.bytes)!.withInputs(
    new Map([[name, { type: "float32", dims: weight.dims }]]),
  );
  const graph = { bytes: rest.bytes(({ place }) => place), weights: step.weights };
  assertEquals(
    await outputsOf(device, graph, { ...feeds, [name]: weight }),
    await outputsOf(device, step, feeds),
  );
});

Deno.test("a weight is computed by the same graph, whatever the step calls it, and by another where it is another", async () => {
  const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
  const { train, answer } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    target: "webgpu",
    precision: "float16",
  });
  const [ofStep, ofAnswer] = [train, answer].map(({ bytes }) =>
    graphOfWeights(bytes)!.weights.flatMap(({ computed }) =>
      computed ? [computed(({ place }) => place).join()] : []
    )
  ) as [string[], string[]];
  assertEquals(new Set(ofStep).size, ofStep.length);
  assertEquals(ofStep.filter((one) => !ofAnswer.includes(one)), []);
});

Deno.test("float16 weights are the nearest to those of the file", async () => {
  const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
  const { train } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    target: "webgpu",
    precision: "float16",
  });
  const device = await openCpu();
  const weight = graphOfWeights(train.bytes)!.weights.find(({ computed }) => computed !== undefined)!;
  const [{ place: { offset, length } }] = weight.tensors as [typeof weight.tensors[number]];
  const stored = new Float32Array(readRegion({ path, offset, length }).slice().buffer);
  const graph = { bytes: weight.computed!(({ place }) => place), weights: train.weights };
  const found = (await outputsOf(device, graph, {}))[COMPUTED]!;
  assertEquals(float32Data(found), Float32Array.from(new Float16Array(stored)));
});

Deno.test("a file with functions of its own is left as it is", async () => {
  const { bytes } = await stepOf("bert-opset11");
  const file = create(ModelProtoSchema, { functions: [create(FunctionProtoSchema, { name: "own" })] });
  assertEquals(graphOfWeights(joined([bytes, toBinary(ModelProtoSchema, file)])), undefined);
});
