import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ModelProto, ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { inputPart, readParts, tensorAt, writeParts } from "../../../src/compiler/backend/graph_parts.ts";
import { field } from "../../../src/compiler/backend/wire.ts";
import { compile } from "../../../src/compiler/mod.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { familyModel } from "../family_step.ts";

/** Families whose graphs hold weights of all kinds: of 32 and of 8 bits, packed in 4, and beside the file. */
const FAMILIES = ["gpt2-opset11", "bert-int8", "llama-built-int4", "bert-traced-opset18"];

async function compiled(name: string): Promise<Uint8Array> {
  const path = familyModel(name);
  return compile(await Deno.readFile(path), path, "embedding-output", "adamw", { read: readRegion }).train
    .bytes;
}

/** A model's tensors by their names, with their places. */
function tensorsOf({ graph }: ModelProto) {
  return graph!.initializer.map(({ name, dataType, dims, externalData, dataLocation }) => {
    const { location, offset, length } = Object.fromEntries(
      externalData.map(({ key, value }) => [key, value]),
    );
    const isExternal = dataLocation === TensorProto_DataLocation.EXTERNAL;
    return {
      name,
      type: dataType,
      dims: dims.map(Number),
      place: isExternal ? { location, offset: Number(offset), length: Number(length) } : undefined,
    };
  });
}

Deno.test("the parts of a graph are those that the library of protobuf reads, and together the same file", async () => {
  for (const name of FAMILIES) {
    const bytes = await compiled(name);
    const model = fromBinary(ModelProtoSchema, bytes);
    const parts = readParts(bytes);
    assertEquals(
      parts.nodes.map(({ inputs, outputs }) => ({ inputs, outputs })),
      model.graph!.node.map(({ input, output }) => ({ inputs: input, outputs: output })),
    );
    assertEquals(parts.tensors.map(({ bytes: _, ...tensor }) => tensor), tensorsOf(model));
    assertEquals(parts.inputs.map(({ name }) => name), model.graph!.input.map(({ name }) => name));
    assertEquals(parts.hasFunctions, false);
    const again = fromBinary(ModelProtoSchema, writeParts(parts));
    assertEquals(toBinary(ModelProtoSchema, again), toBinary(ModelProtoSchema, model), name);
  }
});

Deno.test("a tensor is moved, and an input described, as the library of protobuf reads them", async () => {
  const parts = readParts(await compiled("bert-opset11"));
  const inFile = parts.tensors.find(({ place }) => place !== undefined)!;
  const inGraph = parts.tensors.find(({ place }) => place === undefined)!;
  const place = { location: "elsewhere", offset: 12, length: 34 };
  const model = fromBinary(
    ModelProtoSchema,
    writeParts({
      ...parts,
      tensors: [tensorAt(inFile, "moved", place), tensorAt(inGraph, "renamed")],
      inputs: [inputPart("given", 10, [3, 300])],
    }),
  );
  const [moved, renamed] = tensorsOf(model);
  assertEquals(moved, { name: "moved", type: inFile.type, dims: [...inFile.dims], place });
  assertEquals(renamed, { name: "renamed", type: inGraph.type, dims: [...inGraph.dims], place: undefined });
  assert(model.graph!.initializer[1]!.rawData.length > 0);
  const { name, type } = model.graph!.input[0]!;
  const described = type!.value.case === "tensorType" ? type!.value.value : undefined;
  const extents = described?.shape?.dim.map(({ value }) => value.value);
  assertEquals([name, described?.elemType, extents], ["given", 10, [3n, 300n]]);
});

Deno.test("a file without a graph, and a tensor without a length, are refused", () => {
  const file = toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n }));
  assertThrows(() => readParts(file), RangeError, "the file has no graph");
  // A graph with a tensor of which it is only said that it lies elsewhere.
  const tensor = field(5, field(14, 1));
  assertThrows(() => readParts(field(7, tensor)), RangeError, "no whole numbers as offset and length");
});
