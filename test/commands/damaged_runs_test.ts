import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, type Called, exists, inFolder, writeExperiment } from "./softprompt.ts";

/** The files of a run that are read again. */
const READ = [
  "metrics.json",
  "environment.json",
  "experiment.yaml",
  "predictions.jsonl",
  "prompt.safetensors",
];

/** Files that are read by people alone. */
const SHOWN = ["report.html", "samples.md", "neighbours.json"];

/** What can happen to a file. */
const DAMAGES: Readonly<Record<string, (path: string) => Promise<void>>> = {
  deleted: (path) => Deno.remove(path),
  emptied: (path) => Deno.truncate(path),
  cut: async (path) => await Deno.truncate(path, Math.floor((await Deno.stat(path)).size / 2)),
  "a folder": async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  },
};

/** Asserts that a call ended as our own error does. */
function assertRefused({ code, stderr }: Called, what: string): void {
  assertEquals(code, 2, `${what}: ${stderr}`);
  assert(!stderr.includes("unexpected"), `${what}: ${stderr}`);
}

Deno.test("a run with a file that is missing or damaged is not called complete: it is said, and run again", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 2 } });
    const results: string = join(folder, "results");
    const run: string = join(results, "small");
    const again = () => call(["run", file, "--results", results, "--no-self-check"]);
    assertEquals((await again()).code, 0);
    const prompt = await Deno.readFile(join(run, "prompt.safetensors"));
    const damages = [
      ...READ.flatMap((name) => Object.keys(DAMAGES).map((what) => [name, what] as const)),
      ...SHOWN.map((name) => [name, "deleted"] as const),
    ];
    for (const [name, what] of damages) {
      await DAMAGES[what]!(join(run, name));
      const { code, stderr } = await again();
      assertEquals(code, 0, `${name} ${what}: ${stderr}`);
      // A folder without metrics.json is that of no run.
      if (name !== "metrics.json" || what !== "deleted") {
        assertStringIncludes(stderr, `warning: small: ${run}`, `${name} ${what}`);
        assertStringIncludes(stderr, name, `${name} ${what}`);
        assertStringIncludes(stderr, "it is run again", `${name} ${what}`);
      }
      assertEquals(await Deno.readFile(join(run, "prompt.safetensors")), prompt, `${name} ${what}`);
    }
    await Deno.writeTextFile(join(run, "experiment.yaml"), "\nseed: 7\n", { append: true });
    assertStringIncludes((await again()).stderr, "experiment.yaml");
    assertStringIncludes((await again()).stderr, "nothing has changed since");
  }));

Deno.test("a damaged run is an error that names it in what uses it, and no other run's", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      training: { batchSize: 8, steps: 2 },
      sweep: { seed: [0, 1, 2] },
    });
    const results: string = join(folder, "results");
    const batch = (...flags: string[]) =>
      call(["batch", file, "--results", results, "--no-self-check", ...flags]);
    assertEquals((await batch()).code, 0);
    const one: string = join(results, "small", "seed=0");
    const kept: string = join(folder, "kept");
    await copyFolder(one, kept);
    for (const name of READ) {
      for (const [what, damage] of Object.entries(DAMAGES)) {
        await damage(join(one, name));
        for (
          const verb of [
            ["predict", one, "a joy", "--results", results],
            ["export", one, "--format", "onnx", "--out", join(folder, "out")],
            ["serve", one, "--port", "0", "--results", results],
            ["diff", one, join(results, "small", "seed=1")],
          ]
        ) {
          const isUsed = verb[0] === "diff" ? name !== "prompt.safetensors" : name !== "predictions.jsonl";
          // The answers of a run are needed for its comparison, and its texts for the export's examples.
          if (!isUsed && verb[0] !== "export") continue;
          assertRefused(await call(verb), `${name} ${what}: ${verb[0]}`);
        }
        await Deno.remove(one, { recursive: true });
        await copyFolder(kept, one);
      }
    }
    await DAMAGES.cut!(join(one, "metrics.json"));
    const diff = await call(["diff", join(results, "small"), join(results, "small")]);
    assertRefused(diff, "diff");
    assertStringIncludes(
      diff.stderr,
      `left out of the comparison: 1 run\n${join(one, "metrics.json")} is damaged`,
    );
    assertStringIncludes(diff.stdout, "accuracy");
    const validated = await call(["validate", file, "--results", results]);
    assertEquals(validated.code, 0, validated.stderr);
    assertStringIncludes(validated.stderr, "metrics.json is damaged");
    assertStringIncludes(validated.stdout, "(damaged)");
    assertStringIncludes(validated.stdout, "2 done already");
    // Another run of the same sweep is asked for: the damaged one is a row of the summary that failed.
    assertEquals((await batch("--only", "seed=1")).code, 0);
    const summary = JSON.parse(await Deno.readTextFile(join(results, "small", "summary.json")));
    assertEquals(summary.rows.map(({ status }: { status: string }) => status), [
      "missing",
      "complete",
      "complete",
    ]);
    const { code, stderr } = await batch();
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "it is run again");
    assert(await exists(one, "metrics.json"));
  }));

Deno.test("of several experiments, one with a damaged file fails, and the others run", () =>
  inFolder(async (folder) => {
    const short = { training: { batchSize: 8, steps: 2 } };
    const sound = await writeExperiment(folder, { ...short, name: "sound" });
    const bad: string = join(folder, "bad.yaml");
    const table: string = join(folder, "damaged.parquet");
    await Deno.copyFile("test/fixtures/parquet/train.parquet", table);
    await Deno.truncate(table, 900);
    const experiment = JSON.parse(await Deno.readTextFile(sound));
    const dataset = { file: "damaged.parquet", split: { validation: 0.2, test: 0.2 } };
    await Deno.writeTextFile(bad, JSON.stringify({ ...experiment, name: "bad", dataset }));
    for (const verb of ["run", "batch", "validate"]) {
      const results: string = join(folder, verb);
      const { code, stdout, stderr } = await call([verb, bad, sound, "--results", results]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stdout + stderr, "damaged.parquet is not a Parquet file");
      assertStringIncludes(stdout, "sound");
      if (verb !== "validate") assert(await exists(results, "sound", "metrics.json"), verb);
    }
  }));

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(join(from, name), join(to, name));
}
