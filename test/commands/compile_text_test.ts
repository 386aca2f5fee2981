import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { shared, sharedTest } from "../shared.ts";
import { call, inFolder } from "./softprompt.ts";

const T5 = "test/fixtures/text/t5";

/** A model's folder with some files of T5's. */
async function withFiles(root: string, files: Readonly<Record<string, string>>): Promise<string> {
  const onnx = join(root, "model", "onnx");
  await Deno.mkdir(onnx, { recursive: true });
  for (const [name, from] of Object.entries(files)) {
    await Deno.copyFile(join(T5, "onnx", `${from}.onnx`), join(onnx, `${name}.onnx`));
  }
  return join(root, "model");
}

function compileIn(root: string, model: string, ...more: string[]) {
  return call(["compile", "--model", model, "--out", join(root, "out"), "--answer", "text", ...more]);
}

Deno.test("the artifacts of an encoder-decoder take weights of both files, and say that they are for texts", () =>
  inFolder(async (root) => {
    const { code, stderr } = await compileIn(root, T5);
    assertEquals(code, 0, stderr);
    const { format, weights } = JSON.parse(await Deno.readTextFile(join(root, "out", "artifacts.json")));
    assertEquals(format, "softprompt-artifacts/2");
    const names = weights.map(({ location }: { location: string }) => location.replace(/^.*\//, ""));
    assertEquals(names.sort(), ["decoder_model.onnx", "encoder_model.onnx"]);
  }));

Deno.test("the files of a precision are found by their ending, a merged decoder in place of a plain one", () =>
  inFolder(async (root) => {
    const files = { encoder_model_fp16: "encoder_model", decoder_model_merged_fp16: "decoder_model" };
    const model = await withFiles(root, files);
    const { code, stderr } = await compileIn(root, model, "--dtype", "fp16");
    assertEquals(code, 0, stderr);
    const named = await compileIn(root, model, "--file", "onnx/encoder_model_fp16.onnx");
    assertEquals(named.code, 0, named.stderr);
  }));

const HALVES: Readonly<Record<string, [files: Record<string, string>, message: string]>> = {
  "an encoder without its decoder": [
    { encoder_model: "encoder_model" },
    "there is no decoder_model.onnx and no decoder_model_merged.onnx beside",
  ],
  "a decoder without its encoder": [
    { decoder_model: "decoder_model" },
    "there is no encoder_model.onnx beside",
  ],
  "a decoder of another precision than its encoder": [
    { encoder_model: "encoder_model", decoder_model_q4: "decoder_model" },
    "there is no decoder_model.onnx and no decoder_model_merged.onnx beside",
  ],
};

for (const [name, [files, message]] of Object.entries(HALVES)) {
  Deno.test(`${name} is refused`, () =>
    inFolder(async (root) => {
      const { code, stderr } = await compileIn(root, await withFiles(root, files));
      assertEquals(code, 2, stderr);
      assert(stderr.includes(message), stderr);
    }));
}

Deno.test("a decoder that is named as the model is refused, with the way out", () =>
  inFolder(async (root) => {
    const { code, stderr } = await compileIn(root, T5, "--file", "onnx/decoder_model.onnx");
    assertEquals(code, 2, stderr);
    assert(stderr.includes("name the encoder's file (encoder_model.onnx), beside which it belongs"), stderr);
  }));

Deno.test("a word is not compiled from an encoder-decoder", () =>
  inFolder(async (root) => {
    const { code, stderr } = await call(["compile", "--model", T5, "--out", join(root, "out")]);
    assertEquals(code, 2, stderr);
    assert(stderr.includes("take the kind of answer 'text'"), stderr);
  }));

Deno.test("--explain shows the passes of a step with text", () =>
  inFolder(async (root) => {
    const { code, stdout, stderr } = await compileIn(root, T5, "--explain");
    assertEquals(code, 0, stderr);
    const passes = stdout.split("\n").slice(2, 10).map((line) => line.split("  ")[0]);
    assertEquals(passes, [
      "import",
      "canonicalize",
      "expose positions",
      "splice",
      "read targets",
      "narrow",
      "score targets",
      "add loss",
    ]);
    assert(/^activations saved for the backward pass.*: \d+ MiB$/m.test(stdout), stdout);
  }));

for (const model of ["gpt2", "gpt2_cached"]) {
  sharedTest(`text artifacts of ${model} pass an independent check`, () =>
    inFolder(async (root) => {
      const source = shared("parity", "text", "models", model);
      const { code, stderr } = await compileIn(root, source, "--insertion", "word-embeddings");
      assertEquals(code, 0, stderr);
      const judge = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          "--quiet",
          shared("parity", "text", "check_text_artifacts.ts"),
          join(root, "out"),
          shared("parity", "text", "fixtures", "gpt2.json"),
        ],
      }).output();
      assertEquals(judge.code, 0, new TextDecoder().decode(judge.stdout));
    }));
}
