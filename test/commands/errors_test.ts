import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { MINI, ROOT } from "../shared.ts";
import { RIGHTS } from "../../src/launcher/rights.ts";
import { call, callProcess, inFolder, writeExperiment } from "./softprompt.ts";

function fails(
  name: string,
  changes: Record<string, unknown>,
  code: number,
  message: string,
  env?: Record<string, string>,
): void {
  Deno.test(`${name} ends with exit code ${code} and the reason, without a stack trace`, () =>
    inFolder(async (folder) => {
      const args = ["run", await writeExperiment(folder, changes), "--results", folder];
      const called = env === undefined ? await call(args) : await callProcess(args, env);
      assertEquals(called.code, code, called.stderr);
      assertStringIncludes(called.stderr, message);
      assert(!/^\s+at /m.test(called.stderr) && !called.stderr.includes("unexpected"), called.stderr);
    }));
}

fails("a misspelled key", { trainign: {} }, 2, "experiment.yaml:");
fails(
  "a word that the tokenizer splits",
  { verbalizer: { negative: ["abysmally"], positive: ["good"] } },
  2,
  "splits 'abysmally'",
);
fails("a missing model", { model: { source: "nowhere" } }, 2, "'model.source' names a folder");
fails(
  "a missing dataset",
  { dataset: { name: "reviews-demo", path: "nowhere" } },
  2,
  "train.tsv: check the 'dataset'",
);
fails(
  "a template that is too long",
  { prompt: { kind: "hard", template: `${"word ".repeat(70)}{text} {mask}` }, training: undefined },
  2,
  "of the model's 64 positions",
);
fails("a missing device", { device: "webgpu" }, 1, "no WebGPU adapter: install a Vulkan driver", {
  DENO_WEBGPU_BACKEND: "dx12",
});

Deno.test("a truncated model file ends with exit code 2", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "onnx"));
    for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
      await Deno.copyFile(join(MINI, name), join(folder, name));
    }
    const whole = await Deno.readFile(join(MINI, "onnx/model.onnx"));
    await Deno.writeFile(join(folder, "onnx/model.onnx"), whole.subarray(0, 5_000_000));
    const { code, stderr } = await call([
      "run",
      await writeExperiment(folder, { model: { source: "." } }),
      "--results",
      folder,
    ]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "model.onnx is not an ONNX model, or it is cut off (5000000 bytes)");
  }));

for (
  const [args, code, message] of [
    [["batch"], 2, "missing required argument"],
    [["run", "nowhere.yaml"], 2, "there is no experiment file nowhere.yaml"],
    [["rnu", "x.yaml"], 2, "Did you mean run?"],
    [["compile", "--model", "data/models/reviews-mlm-mini"], 2, "--out"],
    [
      ["compile", "--model", "data/models/reviews-mlm-mini", "--out", "x", "--insertion", "middle"],
      2,
      "Allowed choices are",
    ],
    [["batch", "x.yaml", "--jobs", "0"], 2, "It must be a whole number of at least 1."],
    [["batch", "x.yaml", "--shard", "3/2"], 2, "It must be i/n with i from 1 to n"],
    [["diff", "a", "b", "--format", "pdf"], 2, "Allowed choices are text, markdown, json, html"],
    [["data", "imdb"], 2, "Allowed choices are rt-polarity"],
    [["run", "experiments/first-steps/1-hard.yaml", "--set", "seed"], 2, "write KEY=VALUE"],
  ] as const
) {
  Deno.test(`'softprompt ${args.join(" ")}' ends with exit code ${code}`, async () => {
    const called = await call(args);
    assertEquals(called.code, code);
    assertStringIncludes(called.stderr, message);
  });
}

Deno.test("the exit code is that of the process", async () => {
  for (const [args, code] of [[["--version"], 0], [["rnu"], 2]] as const) {
    assertEquals((await callProcess(args)).code, code);
  }
});

for (const verb of Object.keys(RIGHTS)) {
  Deno.test(`'softprompt ${verb} --help' shows an example`, async () => {
    const { code, stdout } = await call([verb, "--help"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `Example:\n  softprompt ${verb} `);
  });
}

Deno.test("validate checks the project's own experiments and shows what would run", async () => {
  const { code, stdout, stderr } = await call([
    "validate",
    "experiments/first-steps/1-hard.yaml",
    "experiments/first-steps/2-soft.yaml",
  ]);
  assertEquals(code, 0, stderr);
  assert(/first-hard +hard +286 +60 +100 +0 +0 /.test(stdout), stdout);
  assert(/first-soft +soft, 10 +286 +60 +100 +0 +270 /.test(stdout), stdout);
});

Deno.test("validate reports the problems of all files", () =>
  inFolder(async (folder) => {
    const wrong = await writeExperiment(folder, { seed: -1 });
    const { code, stdout, stderr } = await call([
      "validate",
      wrong,
      join(ROOT, "experiments/first-steps/1-hard.yaml"),
      "nowhere.yaml",
    ]);
    assertEquals(code, 2);
    assert(/first-hard +hard/.test(stdout), stdout);
    assertStringIncludes(stderr, "'seed' must be at least 0, got -1");
    assertStringIncludes(stderr, "nowhere.yaml");
  }));

Deno.test("a link to an experiment file is read as that file: data are beside it, and not beside the link", () =>
  inFolder(async (folder) => {
    const real = await Deno.realPath(folder);
    const file = await writeExperiment(real, { dataset: { name: "reviews-demo", path: "nowhere" } });
    await Deno.mkdir(join(real, "links"));
    const link: string = join(real, "links/link.yaml");
    await Deno.symlink(file, link);
    for (const verb of ["run", "validate"]) {
      const { code, stderr } = await call([verb, link, "--results", folder]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, join(real, "nowhere"));
    }
  }));
