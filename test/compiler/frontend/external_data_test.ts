import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { compile, CompileError } from "../../../src/compiler/mod.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { familyFeeds, familyModel, readFamily } from "../family_step.ts";

/** Beyond what a 32-bit offset reaches. */
const OFFSET = 2 ** 32 + 4096;
/** Where tensors begin in files that are mapped. */
const ALIGNMENT = 4096;

Deno.test("weights more than 4 GiB into a file of their own are read from there, and not copied", async () => {
  const family = "bert-opset11";
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await Deno.readFile(familyModel(family));
    const path = join(folder, "model.onnx");
    const moved = await moveWeights(bytes, folder);
    await Deno.writeFile(path, moved);
    const reference = await readFamily(family);
    const feeds = familyFeeds(reference, "embedding-output");
    const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
    const all = { ...feeds, first_moment: zeros, second_moment: zeros };
    const cpu = await openCpu();
    const found: unknown[] = [];
    for (const [file, at] of [[bytes, familyModel(family)], [moved, path]] as const) {
      const { train } = compile(file, at, "embedding-output", "adamw", { read: readRegion });
      const session = await cpu.open(train);
      const { gradient, loss } = await session.run(all);
      found.push([...gradient!.data, ...loss!.data].join());
      await session.release();
    }
    assertEquals(found[1] === found[0], true, "the same step, weights inside and outside");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a model whose weights are not beside it is refused, with the file's name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await Deno.readFile(familyModel("bert-traced-opset18"));
    const path = join(folder, "model.onnx");
    assertThrows(
      () => compile(bytes, path, "embedding-output", "adamw", { read: readRegion }),
      CompileError,
      join(folder, "bert-traced-opset18.onnx.data"),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Moves a model's larger weights into `model.onnx_data`, far beyond a hole that takes no room on the disk. */
async function moveWeights(bytes: Uint8Array, folder: string): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, bytes);
  using data = await Deno.open(join(folder, "model.onnx_data"), { write: true, create: true });
  let offset = OFFSET;
  for (const tensor of model.graph!.initializer) {
    if (tensor.rawData.length < 256) continue;
    await data.seek(offset, Deno.SeekMode.Start);
    await data.write(tensor.rawData);
    const entries = { location: "model.onnx_data", offset: `${offset}`, length: `${tensor.rawData.length}` };
    tensor.externalData = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value })
    );
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    offset += Math.ceil(tensor.rawData.length / ALIGNMENT) * ALIGNMENT;
    tensor.rawData = new Uint8Array();
  }
  return toBinary(ModelProtoSchema, model);
}
