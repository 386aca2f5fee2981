import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { loadRun } from "../../src/mod.ts";
import { MINI, ROOT, shared, sharedTest } from "../shared.ts";
import { call, callInterrupted, exists, inFolder, readLines, start, writeExperiment } from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

Deno.test("several runs cannot be asked for with --set, and a folder cannot be run", async () => {
  const refused = async (file: string, overrides: string[], message: string) => {
    const { code, stderr } = await call(["run", file, ...overrides.flatMap((one) => ["--set", one])]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
  };
  await refused(
    "x.yaml",
    ["sweep.seed=[1, 2]"],
    "--set sweep.seed asks for several runs: write 'sweep' into the file",
  );
  await refused("x.yaml", ["variants={ a: {} }"], "write 'variants' into the file");
  await refused("x.yaml", ["exclude=[]"], "use deno task batch");
  await refused(
    "experiments/first-steps",
    [],
    "is a folder: name an experiment file in it, or run all of them with deno task batch experiments/first-steps",
  );
});

Deno.test("a run ends with a complete folder of results and a table, and is not run twice", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { model: { source: MINI } });
    const results: string = join(folder, "results");
    const run: string = join(results, "small");
    const first = await call(["run", file, "--results", results]);
    assertEquals(first.code, 0, first.stderr);
    assertStringIncludes(first.stdout, "test accuracy");
    assertStringIncludes(first.stderr, "small: soft prompt on native CPU");
    const names = (await Array.fromAsync(Deno.readDir(run))).map(({ name }) => name).toSorted();
    assertEquals(names, [
      "environment.json",
      "experiment.yaml",
      "history.jsonl",
      "metrics.json",
      "neighbours.json",
      "predictions.jsonl",
      "prompt.safetensors",
      "report.html",
      "samples.jsonl",
      "samples.md",
    ]);
    const metrics = await json(run, "metrics.json");
    assertEquals([metrics.status, metrics.test.examples, metrics.validation.examples], ["complete", 100, 60]);
    const { value, interval: [low, high] } = metrics.test.accuracy;
    assert(low < value && value < high);
    const predictions = await readLines(join(run, "predictions.jsonl"));
    assertEquals(predictions.length, 100);
    assertEquals(predictions.filter(({ label, predicted }) => label === predicted).length / 100, value);
    assertEquals((await readLines(join(run, "history.jsonl"))).map(({ step }) => step), [2, 4, 6, 8, 10, 12]);
    const { tensors, metadata } = readSafetensors(await Deno.readFile(join(run, "prompt.safetensors")));
    assertEquals([tensors.prompt!.dims, metadata.insertion], [[4, 256], "embedding-output"]);
    assertStringIncludes(await Deno.readTextFile(join(run, "samples.md")), "a joy \\| from start to end .");
    const report = await Deno.readTextFile(join(run, "report.html"));
    assert(
      report.includes('data-chart="loss"') && !/(src|href)="http/.test(report),
      "the report has curves and needs nothing else",
    );
    assertStringIncludes(await Deno.readTextFile(join(run, "experiment.yaml")), "learningRate: 0.03");
    const { wall, running } = (await json(run, "environment.json")).seconds;
    assert(0 < running && running < wall, `the device worked for ${running} of ${wall} seconds`);
    const second = await call(["run", file, "--results", results]);
    assertEquals([second.code, second.stdout], [0, first.stdout]);
    assertStringIncludes(second.stderr, "nothing has changed");
  }));

Deno.test("a run leaves the model's file as it was", () =>
  inFolder(async (folder) => {
    const digest = async () =>
      new Uint8Array(
        await crypto.subtle.digest("SHA-256", await Deno.readFile(join(MINI, "onnx/model.onnx"))),
      );
    const before = await digest();
    const training = { batchSize: 8, steps: 2 };
    const file = await writeExperiment(folder, { model: { source: MINI }, training });
    assertEquals((await call(["run", file, "--results", folder])).code, 0);
    assertEquals(await digest(), before);
  }));

Deno.test("the same file gives the same prompt, and another seed a different one, in a folder of its own", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder);
    const prompt = async (results: string, ...path: string[]) => {
      return readSafetensors(
        await Deno.readFile(join(folder, results, "small", ...path, "prompt.safetensors")),
      ).tensors.prompt!.data;
    };
    for (const results of ["a", "b"]) {
      assertEquals((await call(["run", file, "--results", join(folder, results)])).code, 0);
    }
    assertEquals(await prompt("a"), await prompt("b"));
    const another = await call(["run", file, "--results", join(folder, "a"), "--set", "seed=1"]);
    assertEquals(another.code, 0);
    const next = `next: deno task diff RUN ${join(folder, "a/small/seed=1")} compares`;
    assertStringIncludes(another.stdout, next, "the folder above holds both seeds");
    assert((await prompt("a", "seed=1"))[0] !== (await prompt("a"))[0]);
  }));

Deno.test("Ctrl-C keeps the checkpoint and exits with 130, and the same command resumes to the same bits", () =>
  inFolder(async (folder) => {
    const training = { batchSize: 2, epochs: 12, logEvery: 1 };
    const file = await writeExperiment(folder, { training });
    const whole = await call(["run", file, "--results", join(folder, "whole")]);
    assertEquals(whole.code, 0, whole.stderr);
    const results: string = join(folder, "cut");
    const partial: string = join(results, "small.partial");
    const child = start(["run", file, "--results", results]);
    const ended = child.output();
    while (!await exists(partial, "checkpoint.safetensors")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    const said = new TextDecoder().decode(stderr);
    assertEquals(code, 130, said);
    assertStringIncludes(said, "the same command resumes from it");
    assertEquals((await json(partial, "metrics.json")).status, "interrupted");
    assert(!await exists(results, "small"));
    const rest = await call(["run", file, "--results", results]);
    assertEquals(rest.code, 0, rest.stderr);
    assertStringIncludes(rest.stderr, "resuming after step");
    for (const name of ["prompt.safetensors", "history.jsonl", "predictions.jsonl"]) {
      const [a, b] = [
        await Deno.readFile(join(folder, "whole/small", name)),
        await Deno.readFile(join(results, "small", name)),
      ];
      assert(a.length === b.length && a.every((byte, i) => byte === b[i]), name);
    }
  }));

Deno.test("a killed run resumes from its checkpoint", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 2, epochs: 12 } });
    const child = start(["run", file, "--results", folder]);
    const ended = child.output();
    while (!await exists(folder, "small.partial", "checkpoint.safetensors")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await ended;
    const rest = await call(["run", file, "--results", folder]);
    assertEquals(rest.code, 0, rest.stderr);
    assertStringIncludes(rest.stderr, "resuming after step");
    assertEquals((await json(folder, "small", "metrics.json")).status, "complete");
  }));

Deno.test("a run that is killed before its first validation resumes within the epoch, to the same bytes", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      model: { source: MINI },
      dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo") },
      training: { batchSize: 4, epochs: 1, logEvery: 7 },
    });
    const args = (results: string) => ["run", file, "--results", join(folder, results)];
    assertEquals((await call(args("whole"))).code, 0);
    const partial = join(folder, "cut", "small.partial");
    const child = start(args("cut"));
    const ended = child.output();
    while (!await exists(partial, "checkpoint.safetensors")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill("SIGKILL");
    assertEquals((await ended).signal, "SIGKILL");
    const { code, stderr } = await call(args("cut"));
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "small: resuming after step ");
    for (const name of ["prompt.safetensors", "history.jsonl", "predictions.jsonl"]) {
      const [a, b] = await Promise.all(
        ["whole", "cut"].map((results) => Deno.readFile(join(folder, results, "small", name))),
      );
      assertEquals(a, b, name);
    }
  }));

Deno.test("a run that diverges fails, names the step, and keeps the last good checkpoint", () =>
  inFolder(async (folder) => {
    const training = { optimizer: { learningRate: 1e30 }, clipNorm: 0, batchSize: 8, epochs: 3 };
    const { code, stderr } = await call([
      "run",
      await writeExperiment(folder, { training }),
      "--results",
      folder,
    ]);
    assertEquals(code, 1);
    assert(/is not finite at step \d+: lower 'training.optimizer.learningRate'/.test(stderr), stderr);
    const failed = await json(folder, "small.partial", "metrics.json");
    assertEquals(failed.status, "failed");
    assert(await exists(folder, "small.partial", "checkpoint.safetensors"));
  }));

Deno.test("truncated texts are counted", () =>
  inFolder(async (folder) => {
    const prompt = {
      kind: "soft",
      length: 50,
      insertion: "word-embeddings",
      template: "{prompt} {text} it was {mask} .",
    };
    const { code, stderr } = await call([
      "run",
      await writeExperiment(folder, { prompt, training: { steps: 1 } }),
      "--results",
      folder,
    ]);
    assertEquals(code, 0, stderr);
    assert(/small: \d+ texts are truncated to fit the model's 64 positions/.test(stderr), stderr);
    assert((await json(folder, "small", "metrics.json")).truncated.test > 0);
  }));

sharedTest(
  "a causal model is run in the same way, its template ending where the answer begins",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        model: { source: shared("models", "stories260k") },
        prompt: { kind: "soft", length: 4, template: "{prompt} {text} it was" },
        verbalizer: { negative: ["b"], positive: ["happy"] },
        training: { batchSize: 8, epochs: 1 },
      });
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
      assertEquals((await json(folder, "small", "metrics.json")).test.examples, 100);
    }),
);

sharedTest(
  "steps of a causal model begin at a prompt after the text, with the same bits after an interruption",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        model: { source: shared("models", "stories260k") },
        prompt: { kind: "soft", length: 4, template: "{text} {prompt} it was" },
        verbalizer: { negative: ["b"], positive: ["happy"] },
        training: { batchSize: 8, epochs: 4, accumulate: 2 },
      });
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
      assert(
        /small: steps begin at the prompt.* for 32 examples, kept in memory for all epochs/.test(stderr),
        stderr,
      );
      const other = join(folder, "cut.yaml");
      await Deno.writeTextFile(other, (await Deno.readTextFile(file)).replace('"small"', '"cut"'));
      const again = ["run", other, "--results", folder];
      await callInterrupted(again, join(folder, "cut.partial", "checkpoint.safetensors"));
      await call(again);
      const prompt = (run: string) => Deno.readFile(join(folder, run, "prompt.safetensors"));
      assertEquals(await prompt("cut"), await prompt("small"));
      const expected = (await readLines(join(folder, "small", "predictions.jsonl"))).slice(0, 5);
      const run = await loadRun(join(folder, "small"), { cache: join(folder, ".cache") });
      const answers = await run.classify(expected.map(({ text }) => String(text)));
      await run.release();
      for (const [i, { probabilities }] of answers.entries()) {
        const { positive } = expected[i]!.probabilities as Record<string, number>;
        assert(Math.abs(probabilities.positive! - positive!) < 1e-5, `text ${i}`);
      }
    }),
);

Deno.test("float16 on a device without it is refused, with the way out", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { precision: "float16", device: "cpu" });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 1);
    assert(
      /'precision: float16' needs WebGPU on an adapter that has shader-f16, and the device is native CPU.*: set 'precision: float32'/
        .test(stderr),
      stderr,
    );
  }));
