import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

/** Changes one thing in a file, which stays a sound file of its kind. */
async function change(file: string, from: RegExp, to: string): Promise<() => Promise<void>> {
  const before = await Deno.readTextFile(file);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${from} is not in ${file}`);
  await Deno.writeTextFile(file, after);
  return () => Deno.writeTextFile(file, before);
}

Deno.test("a run's file that has changed since is refused by every verb that believes it, and made again by a batch", () =>
  inFolder(async (folder) => {
    const changes = {
      training: { batchSize: 8, steps: 4 },
      ensemble: { sweep: "seed" },
      sweep: { seed: [0, 1] },
    };
    const file = await writeExperiment(folder, changes);
    const batch = ["batch", file, "--results", join(folder, "results")];
    const { code, stderr } = await call(batch);
    assertEquals(code, 0, stderr);
    const small = join(folder, "results/small");
    const [run, other] = [join(small, "seed=0"), join(small, "seed=1")];
    const listed = JSON.parse(await Deno.readTextFile(join(run, "environment.json"))).files;
    const written = [...Deno.readDirSync(run)].map(({ name }) => name);
    assertEquals(
      Object.keys(listed).toSorted(),
      written.filter((name) => !["environment.json", "report.html"].includes(name)).toSorted(),
    );
    const export_ = ["export", run, "--format", "onnx", "--out", join(folder, "out")];
    const refused = async (path: string, from: RegExp, to: string, ...verbs: string[][]) => {
      const undo = await change(path, from, to);
      for (const args of verbs) {
        const { code, stdout, stderr } = await call(args);
        assertEquals([args[0], code === 0], [args[0], false]);
        assertStringIncludes(stdout + stderr, path, args.join(" "));
      }
      await undo();
    };
    const diff = ["diff", other, run];
    const predict = ["predict", run, "a joy"];
    await refused(
      join(run, "metrics.json"),
      /"best_step": 4/,
      '"best_step": 3',
      diff,
      predict,
      export_,
    );
    await refused(join(run, "environment.json"), /"seed": 0/, '"seed": 7', diff, predict, export_);
    await refused(join(run, "predictions.jsonl"), /"text":"./, '"text":"x', diff, export_);
    await refused(join(run, "experiment.yaml"), /shots: 16/, "shots: 17", diff, predict, export_);
    const ensemble = join(small, "seed=ensemble");
    await refused(join(ensemble, "ensemble.json"), /"average": 0/, '"average": 1', [
      "predict",
      ensemble,
      "a",
    ]);
    await refused(join(small, "summary.json"), /"folder": "seed=0"/, '"folder": "seed=1"', [
      "diff",
      join(small, "summary.json"),
      run,
    ]);
    for (const args of [diff, predict, export_, batch]) {
      const { code, stderr } = await call(args);
      assertEquals(code, 0, stderr);
    }
    // A batch names it, and makes the run again.
    await change(join(run, "metrics.json"), /"best_step": 4/, '"best_step": 3');
    const again = await call(batch);
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stderr, join(run, "metrics.json"));
    assertEquals((await call(diff)).code, 0);
  }));

Deno.test("a cached self-check that is damaged is made again, which one line says", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 1 } });
    const run = async () => {
      const { code, stderr } = await call(["run", file, "--force", "--results", folder]);
      assertEquals(code, 0, stderr);
      const { self_check } = JSON.parse(await Deno.readTextFile(join(folder, "small/environment.json")));
      return { self_check, said: stderr.split("\n").filter((line) => line.includes("checked again")).length };
    };
    const whole = await run();
    const [name] = [...Deno.readDirSync(join(folder, ".cache"))].filter(({ name }) => name.endsWith(".json"));
    const path = join(folder, ".cache", name!.name);
    const damages = [
      () => change(path, /"difference":\d/, '"difference":0.00000'),
      () => Deno.truncate(path, 20),
      () => Deno.truncate(path, 0),
      () => Deno.remove(path).then(() => Deno.mkdir(path)),
    ];
    assertEquals(await run(), { ...whole, said: 0 });
    for (const damage of damages) {
      await damage();
      assertEquals(await run(), { ...whole, said: 1 });
      assertEquals(await run(), { ...whole, said: 0 });
    }
  }));
