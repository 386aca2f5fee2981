import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { dirname, join } from "@std/path";
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { sha256 } from "../../src/base/sha256.ts";
import { writeSmallModel } from "./small_model.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

/** Writes a small model into a folder, its weights in files of their own. */
async function writeApart(folder: string, locationOf: (tensor: number) => string): Promise<void> {
  await writeSmallModel(folder);
  const path: string = join(folder, "onnx/model.onnx");
  const model = fromBinary(ModelProtoSchema, await Deno.readFile(path));
  const sizes = new Map<string, number>();
  const weights = model.graph!.initializer.filter(({ rawData }) => rawData.length > 1000);
  assert(weights.length > 2);
  for (const [i, tensor] of weights.entries()) {
    const location = locationOf(i);
    const offset = sizes.get(location) ?? 0;
    const { rawData } = tensor;
    sizes.set(location, offset + rawData.length);
    const entries = { location, offset: String(offset), length: String(rawData.length) };
    tensor.externalData = Object.entries(entries).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value })
    );
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.rawData = new Uint8Array();
    const file = join(folder, "onnx", location);
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeFile(file, rawData, { append: true });
  }
  await Deno.writeFile(path, toBinary(ModelProtoSchema, model));
}

Deno.test("weights in subfolders, also of one name, work in a run, in a later one, in predict and in an export", () =>
  inFolder(async (folder) => {
    const answers = async (name: string, locationOf: (tensor: number) => string): Promise<string> => {
      const model = join(folder, name);
      const results = join(folder, "results", name);
      await writeApart(model, locationOf);
      const changes = { model: { source: model }, training: { batchSize: 8, steps: 2 } };
      const file = await writeExperiment(folder, changes);
      // The second run takes the compiled step from the cache.
      for (const again of [[], ["--force"]]) {
        const { code, stderr } = await call(["run", file, "--results", results, ...again]);
        assertEquals(code, 0, stderr);
      }
      const run = join(results, "small");
      const predicted = await call(["predict", run, "a fine film"]);
      assertEquals(predicted.code, 0, predicted.stderr);
      const out = join(results, "out");
      const exported = await call(["export", run, "--format", "onnx", "--out", out]);
      assertEquals(exported.code, 0, exported.stderr);
      const classifier = await sha256(await Deno.readFile(join(out, "onnx/model.onnx")));
      return [
        predicted.stdout,
        classifier,
        await sha256(await Deno.readFile(join(run, "prompt.safetensors"))),
      ].join("\n");
    };
    const beside = await answers("beside", () => "model.onnx_data");
    assertStringIncludes(beside, "a fine film");
    assertEquals(await answers("below", () => "w/model.data"), beside);
    assertEquals(await answers("of one name", (i) => `w/${i % 2}/model.data`), beside);
  }));
