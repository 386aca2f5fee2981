import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { chooseDevice } from "../../src/device/choose.ts";
import { loadRun } from "softprompt";
import { sha256 } from "../../src/base/sha256.ts";
import { MINI, shared, sharedTest } from "../shared.ts";
import { exportedProbabilities } from "./exported.ts";
import { call, inFolder, readLines, writeExperiment } from "./softprompt.ts";

/** The files of each precision as transformers.js looks for them, the share of float32's bytes, and of texts with float32's class. */
const DTYPES = [
  { dtype: "fp16", file: "onnx/model_fp16.onnx", bytes: 0.55, same: 0.99 },
  { dtype: "q8", file: "onnx/model_quantized.onnx", bytes: 0.35, same: 0.97 },
] as const;

Deno.test("a classifier in float16 and in int8 is smaller, and answers as the one in float32", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      name: "words",
      model: { source: MINI },
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    });
    const ran = await call(["run", file, "--results", folder]);
    assertEquals(ran.code, 0, ran.stderr);
    const run: string = join(folder, "words");
    const out: string = join(folder, "out");
    for (const dtype of [[], ["--dtype", "fp16"], ["--dtype", "q8"]]) {
      const { code, stderr } = await call(["export", run, "--format", "onnx", "--out", out, ...dtype]);
      assertEquals(code, 0, stderr);
    }
    const lines = await readLines(join(run, "predictions.jsonl"));
    const texts = lines.map(({ text }) => String(text));
    assertEquals(texts.length, 100);
    const expected = await exportedProbabilities(out, texts);
    const { size } = await Deno.stat(join(out, "onnx/model.onnx"));
    const wasm = await chooseDevice("wasm", () => {});
    for (const { dtype, file, bytes, same } of DTYPES) {
      const share = (await Deno.stat(join(out, file))).size / size;
      assert(share <= bytes, `${dtype} has ${share} of float32's bytes`);
      const found = await exportedProbabilities(out, texts, { file });
      const agreeing = found.filter(([, positive], i) => positive! > 0.5 === expected[i]![1]! > 0.5);
      assert(agreeing.length >= same * texts.length, `${dtype}: ${agreeing.length} of ${texts.length}`);
      const few = [...texts.slice(0, 3), "a joy . ".repeat(100)];
      const onCpu = await exportedProbabilities(out, few, { file });
      const onWasm = await exportedProbabilities(out, few, { file, device: wasm });
      for (const [i, row] of onCpu.entries()) assertAlmostEquals(onWasm[i]![1]!, row[1]!, 1e-4, dtype);
    }
    assertEquals(await listedIn(out), [
      ...["config.json", "onnx/model.onnx", "onnx/model_fp16.onnx", "onnx/model_quantized.onnx"],
      ...["tokenizer.json", "tokenizer_config.json"],
    ]);
    const adapter = await call(["export", run, "--format", "peft", "--dtype", "q8", "--out", out]);
    assertEquals(adapter.code, 2);
    assertStringIncludes(adapter.stderr, "use --dtype with --format onnx");
  }));

Deno.test("an export does not write over files that no export wrote, such as those of the model", () =>
  inFolder(async (folder) => {
    const prompt = { kind: "hard", template: "{text} it was {mask} ." };
    const file = await writeExperiment(folder, { prompt, training: undefined });
    const ran = await call(["run", file, "--results", folder]);
    assertEquals(ran.code, 0, ran.stderr);
    const model = join(folder, "model");
    const path = join(model, "onnx/model.onnx");
    const before = await Deno.readFile(path);
    const args = ["export", join(folder, "small"), "--format", "onnx", "--out"];
    const { code, stderr } = await call([...args, model]);
    assertEquals([code, stderr], [
      2,
      `error: ${path} is there already, and no export wrote it: choose another folder with --out\n`,
    ]);
    assertEquals(await Deno.readFile(path), before);
    for (const _ of ["first", "again"]) assertEquals((await call([...args, join(folder, "out")])).code, 0);
  }));

sharedTest(
  "a causal model's classifier is of a type with which transformers.js classifies, and reads long texts",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        name: "story",
        model: { source: shared("models/stories260k") },
        prompt: { kind: "soft", length: 4, template: "{prompt} {text} It was" },
        verbalizer: { negative: ["so"], positive: ["a"] },
        training: { batchSize: 8, steps: 2 },
      });
      const ran = await call(["run", file, "--results", folder]);
      assertEquals(ran.code, 0, ran.stderr);
      const run: string = join(folder, "story");
      const out: string = join(folder, "out");
      const { code, stderr } = await call(["export", run, "--format", "onnx", "--out", out]);
      assertEquals(code, 0, stderr);
      const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
      assertEquals([config.model_type, config.softprompt.model_type], ["distilbert", "llama"]);
      const texts = ["a joy .", "the jokes are older than the actors . ".repeat(100)];
      const loaded = await loadRun(run);
      const expected = await loaded.classify(texts);
      await loaded.release();
      for (const side of ["left", "right"] as const) {
        const found = await exportedProbabilities(out, texts, { side });
        for (const [i, { probabilities }] of expected.entries()) {
          assertAlmostEquals(found[i]![1]!, probabilities.positive!, 1e-4, `${side}, text ${i}`);
        }
      }
    }),
);

Deno.test("an export of another run removes the other precisions of the one before, and leaves what others have put there", () =>
  inFolder(async (folder) => {
    const out: string = join(folder, "out");
    const exported = async (word: string, ...dtype: string[]) => {
      const file = await writeExperiment(folder, {
        name: word,
        prompt: { kind: "hard", template: `{text} ${word} {mask} .` },
        training: undefined,
      });
      const ran = await call(["run", file, "--results", folder]);
      assertEquals(ran.code, 0, ran.stderr);
      const args = ["export", join(folder, word), "--format", "onnx", "--out", out, ...dtype];
      const { code, stderr } = await call(args);
      assertEquals(code, 0, stderr);
      return stderr;
    };
    assertEquals(await exported("was"), "");
    assertEquals(await exported("was", "--dtype", "q8"), "");
    await Deno.writeTextFile(join(out, "onnx/note.txt"), "mine");
    const said = await exported("is", "--dtype", "fp16");
    for (const name of ["onnx/model.onnx", "onnx/model_quantized.onnx"]) {
      assertStringIncludes(said, `${join(out, name)} was of another run, and is removed`);
    }
    await Deno.remove(join(out, "onnx/model_fp16.onnx"));
    await exported("is", "--dtype", "q8");
    await exported("is", "--dtype", "fp16");
    await Deno.remove(join(out, "onnx/model_quantized.onnx"));
    await exported("is", "--dtype", "fp16");
    const names = ["config.json", "onnx/model_fp16.onnx", "tokenizer.json", "tokenizer_config.json"];
    assertEquals(await listedIn(out), names);
    const there = [...Deno.readDirSync(join(out, "onnx"))].map(({ name }) => name).sort();
    assertEquals(there, ["model_fp16.onnx", "note.txt"]);
  }));

/** The files that a folder's checksums list; each has its own. */
async function listedIn(folder: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(join(folder, "SHA256SUMS"))).trimEnd().split("\n");
  const listed = lines.map((line) => line.split("  ") as [string, string]);
  for (const [sum, name] of listed) assertEquals(await sha256(await Deno.readFile(join(folder, name))), sum);
  return listed.map(([, name]) => name).sort();
}
