import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { equal } from "@std/assert/equal";
import { type ModelProto, ModelProtoSchema, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import { basename } from "@std/path";
import { compile, weightsApart } from "../../../src/compiler/mod.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { MINI } from "../../shared.ts";
import { familyModel } from "../family_step.ts";

/** What is returned for a file that is read in pieces of this many bytes. */
function apart(bytes: Uint8Array, name: string, piece: number): Uint8Array<ArrayBuffer> {
  const reader = weightsApart(name);
  const passing = new Uint8Array(piece);
  reader.next();
  for (let at = 0; at < bytes.length; at += piece) {
    // The piece is overwritten by the next, as a reader's is.
    const part = bytes.subarray(at, at + piece);
    passing.set(part);
    reader.next(passing.subarray(0, part.length));
  }
  return reader.next(undefined).value!;
}

const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).sort();

/** A model's tensors: its initializers, and those that nodes hold. */
function tensorsOf({ graph }: ModelProto): TensorProto[] {
  const held = graph!.node.flatMap(({ attribute }) => attribute.map(({ t }) => t));
  return [...graph!.initializer, ...held.filter((tensor) => tensor !== undefined)];
}

Deno.test("a file whose weights were taken apart is the same file, its weights put back", async () => {
  for (const family of FAMILIES) {
    const bytes = await Deno.readFile(`test/fixtures/families/${family}`);
    const [whole, model] = [bytes, apart(bytes, family, 1000)].map((file) =>
      fromBinary(ModelProtoSchema, file)
    ) as [ModelProto, ModelProto];
    for (const tensor of tensorsOf(model)) {
      assert(tensor.rawData.length < 256, family);
      const { location, offset, length } = Object.fromEntries(
        tensor.externalData.map(({ key, value }) => [key, value]),
      );
      if (location !== family) continue;
      tensor.rawData = bytes.slice(Number(offset), Number(offset) + Number(length));
      tensor.externalData = [];
    }
    // Where a tensor lies is said of some that lie in the file, too, and is left unsaid of others.
    for (const tensor of [...tensorsOf(whole), ...tensorsOf(model)]) {
      if (tensor.externalData.length === 0) tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    }
    assert(equal(toBinary(ModelProtoSchema, model), toBinary(ModelProtoSchema, whole)), family);
  }
});

Deno.test("weights are taken apart whose file says that they lie in it", async () => {
  const family = "gpt2-opset11.onnx";
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(`test/fixtures/families/${family}`));
  for (const tensor of tensorsOf(model)) tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  const parted = fromBinary(ModelProtoSchema, apart(toBinary(ModelProtoSchema, model), family, 1000));
  const moved = tensorsOf(parted).filter(({ externalData }) => externalData.length > 0);
  assert(moved.length > 0);
  for (const { name, dataLocation } of moved) {
    assertEquals(dataLocation, TensorProto_DataLocation.EXTERNAL, name);
  }
});

for (
  const path of [
    `${MINI}/onnx/model.onnx`,
    ...["gpt2-traced-opset20", "llama-built-int4", "bert-int8", "bert-traced-opset18"].map(familyModel),
  ]
) {
  Deno.test(`the step of ${basename(path)} is the same where its weights were never read`, async () => {
    const bytes = await Deno.readFile(path);
    const [whole, streamed] = [bytes, apart(bytes, basename(path), 1 << 16)].map((file) =>
      compile(file, path, "embedding-output", "adamw", { read: readRegion }).train
    );
    assertEquals(streamed!.weights, whole!.weights);
    assertEquals(streamed!.bytes, whole!.bytes);
  });
}

Deno.test("a file that is cut off, or no ONNX file, is not taken apart", async () => {
  const bytes = await Deno.readFile(familyModel("bert-opset11"));
  for (
    const wrong of [
      bytes.subarray(0, 5000),
      new TextEncoder().encode("version https://git-lfs"),
      bytes.subarray(1),
    ]
  ) {
    assertThrows(() => apart(wrong, "model.onnx", 100), RangeError);
  }
});
