import { assert, assertEquals } from "@std/assert";
import { join, resolve } from "@std/path";
import ort from "onnxruntime-node";
import { MINI, shared, sharedTest } from "../shared.ts";
import { call, inFolder } from "./softprompt.ts";

/** `artifacts.json`, as another program would read it. */
interface Manifest {
  readonly format: string;
  readonly dimension: number;
  readonly train: { readonly file: string; readonly state: readonly string[] };
  readonly predict: { readonly file: string };
  readonly weights: readonly { readonly location: string; readonly sha256: string }[];
}

Deno.test("a program with nothing but onnxruntime and the manifest can run the artifacts", () =>
  inFolder(async (folder) => {
    const { code, stderr } = await call(["compile", "--model", MINI, "--out", folder]);
    assertEquals(code, 0, stderr);
    const manifest: Manifest = JSON.parse(await Deno.readTextFile(join(folder, "artifacts.json")));
    assertEquals([manifest.format, manifest.dimension], ["softprompt-artifacts/1", 256]);
    const externalData = await Promise.all(manifest.weights.map(async ({ location, sha256 }) => {
      const data = await Deno.readFile(resolve(folder, location));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
      assertEquals([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""), sha256);
      return { path: location.replace(/^.*\//, ""), data };
    }));
    const open = async (file: string) =>
      await ort.InferenceSession.create(await Deno.readFile(join(folder, file)), { externalData });
    const int64 = (items: number[], dims: number[]) =>
      new ort.Tensor("int64", BigInt64Array.from(items, BigInt), dims);
    const float32 = (items: number[], dims: number[]) =>
      new ort.Tensor("float32", Float32Array.from(items), dims);
    const prompt = float32(Array.from({ length: 512 }, (_, i) => Math.sin(i)), [2, 256]);
    const offered: Record<string, ort.Tensor> = {
      input_ids: int64([0, 0, 2, 307, 135, 166, 4, 54, 3], [1, 9]),
      attention_mask: int64(new Array(9).fill(1), [1, 9]),
      position_ids: int64([0, 0, 0, 1, 2, 3, 4, 5, 6], [1, 9]),
      prompt_rows: int64([0, 1], [1, 2]),
      answer_rows: int64([6], [1]),
      label_tokens: int64([387, 307], [2, 1]),
      label_weights: float32([1, 1], [2, 1]),
      labels: int64([1], [1]),
      prompt,
      learning_rate: float32([0.03], []),
      weight_decay: float32([0], []),
      clip_norm: float32([0], []),
      step: float32([1], []),
    };
    for (const name of manifest.train.state) offered[name] = float32(new Array(512).fill(0), [2, 256]);
    const run = (session: ort.InferenceSession, feeds: Record<string, ort.Tensor>) =>
      session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!])));
    const train = await open(manifest.train.file);
    const predict = await open(manifest.predict.file);
    const first = await run(train, offered);
    const state = Object.fromEntries(manifest.train.state.map((name) => [name, first[`${name}_next`]!]));
    const second = await run(train, {
      ...offered,
      ...state,
      prompt: first.prompt_next!,
      step: float32([2], []),
    });
    assert(Number(second.loss!.data[0]) < Number(first.loss!.data[0]));
    const logits = await run(predict, offered);
    const [a, b] = [logits.class_logits!.data, first.class_logits!.data].map((data) =>
      Array.from(data as Float32Array)
    );
    assert(a!.every((x, i) => Math.abs(x - b![i]!) < 1e-5));
  }));

for (const model of ["distilbert_like", "gpt2_like"]) {
  for (const insertion of ["embedding-output", "word-embeddings"]) {
    sharedTest(
      `artifacts of ${model} at ${insertion} pass an independent check`,
      () =>
        inFolder(async (folder) => {
          const source = shared("parity", "models", model);
          assertEquals(
            (await call(["compile", "--model", source, "--insertion", insertion, "--out", folder])).code,
            0,
          );
          const judge = new Deno.Command(Deno.execPath(), {
            args: [
              "run",
              "--allow-all",
              "--quiet",
              shared("parity", "check_artifacts.ts"),
              folder,
              shared("parity", "fixtures", `${model}.${insertion}.json`),
            ],
          });
          const { code, stdout } = await judge.output();
          assertEquals(code, 0, new TextDecoder().decode(stdout));
        }),
    );
  }
}

Deno.test("a model whose weights are in a file beside it is compiled, but not without that file", () =>
  inFolder(async (folder) => {
    const model = join(folder, "model");
    const onnx = join(model, "onnx");
    const family = "bert-traced-opset18.onnx";
    await Deno.mkdir(onnx, { recursive: true });
    for (
      const file of ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]
    ) {
      await Deno.copyFile(join(MINI, file), join(model, file));
    }
    await Deno.copyFile(join("test/fixtures/families", family), join(onnx, "model.onnx"));
    const compile = () => call(["compile", "--model", model, "--out", join(folder, "out")]);
    const without = await compile();
    assertEquals([without.code, without.stderr.includes(`there is no ${join(onnx, family)}.data`)], [
      2,
      true,
    ]);
    await Deno.copyFile(join("test/fixtures/families", `${family}.data`), join(onnx, `${family}.data`));
    assertEquals((await compile()).code, 0);
    const { weights }: Manifest = JSON.parse(await Deno.readTextFile(join(folder, "out", "artifacts.json")));
    // The buffers of positions and token types in the file itself are an input and a constant.
    assertEquals(weights.map(({ location }) => location), [`../model/onnx/${family}.data`]);
  }));

Deno.test("a model that is not there is an error about the flags, and about no key of an experiment file", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const refused = async (args: readonly string[], message: string) => {
      const { code, stderr } = await call(["compile", ...args, "--out", out]);
      assertEquals([code, stderr.includes(message), stderr.includes("'model.")], [2, true, false], stderr);
    };
    await refused(
      ["--model", join(folder, "none")],
      ": --model names a folder with onnx/model.onnx, or a model",
    );
    await refused(["--model", folder, "--file", "x.onnx"], "x.onnx: --model names a folder with x.onnx, or");
    await refused(["--model", folder, "--revision", "main"], "--revision goes with a model on the hub");
  }));

Deno.test("--explain shows what each pass did", () =>
  inFolder(async (folder) => {
    const { code, stdout } = await call(["compile", "--model", MINI, "--out", folder, "--explain"]);
    assertEquals(code, 0);
    const passes = stdout.split("\n").slice(2, 22).map((line) => line.split("  ")[0]);
    assertEquals(passes, [
      "import",
      "canonicalize",
      "expose positions",
      "splice",
      "read answer",
      "narrow",
      "add loss",
      "differentiate",
      "share slope",
      "simplify",
      "narrow backward",
      "hoist batch sum",
      "optimizer",
      "broadcast booleans",
      "repeat late",
      "read one multiple",
      "simplify",
      "absorb factors",
      "turn products",
      "simplify",
    ]);
    assert(/^canonicalize +\d+ +22\.28 +-25 Add/m.test(stdout), stdout);
    assert(stdout.includes("canonicalize: recognised 10 LayerNormalization, 5 Gelu\n"), stdout);
    assert(/^narrow: rows left out of .*\b8 MatMul\b/m.test(stdout), stdout);
    assert(/^activations saved for the backward pass.*: \d+ MiB$/m.test(stdout), stdout);
  }));

Deno.test("--explain for WebGPU shows what falls back to the CPU, and the artifacts name their target", () =>
  inFolder(async (folder) => {
    for (const precision of ["float32", "float16"]) {
      const args = ["--device", "webgpu", "--precision", precision, "--out", folder];
      const { code, stdout } = await call(["compile", "--model", MINI, "--explain", ...args]);
      assertEquals(code, 0);
      assert(
        stdout.includes(
          "on WebGPU nothing falls back to the CPU except arithmetic on shapes and token ids\n",
        ),
      );
      const manifest = JSON.parse(await Deno.readTextFile(join(folder, "artifacts.json")));
      assertEquals([manifest.target, manifest.precision], ["webgpu", precision]);
    }
  }));

Deno.test("a folder with nothing but the ONNX file is compiled, to the same graphs; a missing ONNX file is named", () =>
  inFolder(async (folder) => {
    const model = join(folder, "model");
    await Deno.mkdir(join(model, "onnx"), { recursive: true });
    await Deno.copyFile(join(MINI, "onnx/model.onnx"), join(model, "onnx/model.onnx"));
    for (const [source, out] of [[model, "bare"], [MINI, "whole"]] as const) {
      const { code, stderr } = await call(["compile", "--model", source, "--out", join(folder, out)]);
      assertEquals(code, 0, stderr);
    }
    const step = (out: string) => Deno.readFile(join(folder, out, "train_step.onnx"));
    assertEquals(await step("bare"), await step("whole"));
    await Deno.remove(join(model, "onnx/model.onnx"));
    const { code, stderr } = await call(["compile", "--model", model, "--out", join(folder, "none")]);
    assertEquals(code, 2);
    assert(stderr.includes("--model names a folder with onnx/model.onnx, or"), stderr);
  }));
