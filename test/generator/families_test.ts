import { assert, assertEquals } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { join } from "@std/path";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type ValueInfoProto,
} from "onnx-buf";
import { chooseDevice } from "../../src/device/choose.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { encoded, FOLDER, MODELS, openGenerator, promptOf } from "./generation_model.ts";

const device = await chooseDevice("cpu", () => {});
const OPTIONS = { stop: [], batchSize: 32, maxTokens: 8 };

/** A folder in the hub's layout with files by name. */
async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "onnx"));
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(folder, "onnx", name), bytes);
  return folder;
}

/** Models whose files count positions themselves, or take them. */
for (const family of ["gpt2-past-opset14", "qwen2-past-opset17"]) {
  Deno.test(`the cache of ${family} gives the texts that are given without it`, async () => {
    const bytes = await Deno.readFile(`test/fixtures/families/${family}.onnx`);
    const folder = await folderOf({ "model.onnx": bytes });
    await using cached = await openGenerator(folder, device);
    await using uncached = await openGenerator(folder, device, {}, undefined, {}, "model.onnx", false);
    const stream = new RandomStream(0, "prompt");
    const prompt = float32Tensor(Float32Array.from({ length: 48 }, () => stream.uniform(-1, 1)), [3, 16]);
    const texts = encoded([[5, 9, 11], [7, 3, 8, 30, 6, 21], [12], [4, 4, 17]], 3);
    for (const beams of [1, 3]) {
      const found = await cached.generator.generate(texts, prompt, { ...OPTIONS, beams });
      assertEquals(cached.warnings, []);
      assertEquals(found, await uncached.generator.generate(texts, prompt, { ...OPTIONS, beams }));
      assert(new Set(found.flatMap(({ ids }) => ids)).size > 2);
    }
    await using hard = await openGenerator(folder, device, { insertion: undefined });
    await using again = await openGenerator(
      folder,
      device,
      { insertion: undefined },
      undefined,
      {},
      "model.onnx",
      false,
    );
    const plain = encoded([[5, 9, 11], [7, 3, 8, 30, 6, 21]], 0);
    assertEquals(
      await hard.generator.generate(plain, undefined, { ...OPTIONS, beams: 2 }),
      await again.generator.generate(plain, undefined, { ...OPTIONS, beams: 2 }),
    );
    await Deno.remove(folder, { recursive: true });
  });
}

const [FLOAT, HALF] = [1, 10];

/** Gives the elements of a declared tensor another type. */
function declare({ type }: ValueInfoProto, elemType: number): void {
  if (type?.value.case === "tensorType") type.value.value.elemType = elemType;
}

/** The same model with float16 in place of float32 at its inputs and outputs. */
function withHalves(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const model: ModelProto = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const cast = (from: string, to: string, type: number) =>
    create(NodeProtoSchema, {
      opType: "Cast",
      input: [from],
      output: [to],
      attribute: [
        create(AttributeProtoSchema, { name: "to", type: AttributeProto_AttributeType.INT, i: BigInt(type) }),
      ],
    });
  const isFloat = ({ type }: ValueInfoProto) =>
    type?.value.case === "tensorType" && type.value.value.elemType === FLOAT;
  const renamed = new Map<string, string>();
  for (const one of [...graph.input, ...graph.output].filter(isFloat)) {
    renamed.set(one.name, `${one.name}_float`);
    declare(one, HALF);
  }
  const wide = (name: string) => renamed.get(name) ?? name;
  for (const node of graph.node) {
    node.input = node.input.map(wide);
    node.output = node.output.map(wide);
    // Branches read what is outside of them.
    for (const { g } of node.attribute) {
      for (const inner of g?.node ?? []) inner.input = inner.input.map(wide);
    }
  }
  graph.node.unshift(
    ...graph.input.filter(({ name }) => renamed.has(name)).map(({ name }) => cast(name, wide(name), FLOAT)),
  );
  graph.node.push(
    ...graph.output.filter(({ name }) => renamed.has(name)).map(({ name }) => cast(wide(name), name, HALF)),
  );
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

Deno.test("files that take and give float16 continue texts", async () => {
  for (
    const { name, model, end, files } of [
      { name: "gpt2", model: MODELS.models.gpt2, end: [], files: ["model.onnx"] },
      {
        name: "t5",
        model: MODELS.models.t5,
        end: [1],
        files: ["encoder_model.onnx", "decoder_model_merged.onnx"],
      },
    ]
  ) {
    const folder = await folderOf(Object.fromEntries(
      await Promise.all(
        files.map(async (file) =>
          [file, withHalves(await Deno.readFile(`${FOLDER}/${name}/onnx/${file}`))] as const
        ),
      ),
    ));
    await using opened = await openGenerator(folder, device);
    const texts = encoded(model.texts, model.prompt.dims[0]!, end);
    const found = await opened.generator.generate(texts, promptOf(model.prompt), {
      ...OPTIONS,
      beams: MODELS.beams,
      maxTokens: MODELS.beam_tokens,
    });
    assertEquals(opened.warnings, []);
    assertEquals(found.map(({ ids }) => ids), model.beams);
    await Deno.remove(folder, { recursive: true });
  }
});
