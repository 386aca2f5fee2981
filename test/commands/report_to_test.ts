import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readReported } from "../../src/trackers/read_reported.ts";
import { eventsFile } from "../../src/trackers/tensorboard.ts";
import { withMlflow } from "../trackers/fake_mlflow.ts";
import { ROOT } from "../shared.ts";
import { call, callInterrupted, exists, inFolder, readLines, writeExperiment } from "./softprompt.ts";

/** The only file of events of a run. */
async function eventsIn(folder: string): Promise<Uint8Array> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  assertEquals(names.length, 1, names.join());
  return await Deno.readFile(join(folder, names[0]!));
}

Deno.test("a run that was interrupted and went on is reported once, with each step of its history", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const training = { batchSize: 8, steps: 800, logEvery: 2 };
    const file = await writeExperiment(folder, { training });
    const args = ["run", file, "--results", results, "--report-to", "tensorboard"];
    const checkpoint = join(results, "small.partial/checkpoint.safetensors");
    const interrupted = await callInterrupted(args, checkpoint);
    assertEquals(interrupted.code, 130, interrupted.stderr);
    assertEquals(await exists(results, "small/tensorboard"), false);
    const resumed = await call(args);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertStringIncludes(resumed.stderr, "resuming after step");
    const path = join(results, "small");
    const reported = await readReported(path, "small");
    const steps = reported.history.map(({ step }) => step);
    assertEquals(steps, [...new Set(steps)].sort((a, b) => a - b));
    assertEquals(steps.length, (await readLines(join(path, "history.jsonl"))).length);
    assertEquals(await eventsIn(join(path, "tensorboard")), eventsFile(reported));
  }));

Deno.test("a batch reports each of its runs, those of its workers, too, and complete ones that are kept", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const training = { batchSize: 8, steps: 2 };
    const file = await writeExperiment(folder, { training, sweep: { seed: [0, 1] } });
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    const batch = (...flags: string[]) => call(["batch", file, "--results", results, ...flags]);
    const first = await batch("--jobs", "2", "--report-to", `tensorboard=${one}`);
    assertEquals(first.code, 0, first.stderr);
    assertEquals((await batch("--report-to", `tensorboard=${other}`)).code, 0);
    for (const seed of [0, 1]) {
      const name = `small/seed=${seed}`;
      assertEquals(await eventsIn(join(one, name)), await eventsIn(join(other, name)));
    }
  }));

/** Calls the command line through the launcher, with an environment. */
async function launch(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(ROOT, "src/launch.ts"), ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("with the launcher's permissions a run is reported to MLflow once; a server that fails loses nothing", () =>
  inFolder((given) =>
    withMlflow(async (fake) => {
      const folder = await Deno.realPath(given);
      const results = join(folder, "results");
      const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 2 } });
      const args = ["run", file, "--results", results, "--report-to", "mlflow"];
      const env = { MLFLOW_TRACKING_URI: fake.url, MLFLOW_TRACKING_TOKEN: "a-secret-token" };
      const allowed = [...args, "--allow-read", ROOT];
      fake.failFrom = 0;
      const failed = await launch(allowed, env);
      assertEquals(failed.code, 0, failed.stderr);
      assertStringIncludes(failed.stderr, "warning: small was not reported to MLflow at 127.0.0.1");
      assert(!failed.stderr.includes("a-secret-token"), failed.stderr);
      assertEquals(await exists(results, "small/metrics.json"), true);
      fake.failFrom = Infinity;
      for (let times = 0; times < 2; times++) assertEquals((await launch(allowed, env)).code, 0);
      assertEquals([...fake.runs.values()].map(({ name, status }) => [name, status]), [[
        "small",
        "FINISHED",
      ]]);
      const gone = await launch(allowed, { ...env, MLFLOW_TRACKING_URI: "http://127.0.0.1:9" });
      assertEquals(gone.code, 0, gone.stderr);
      assertStringIncludes(gone.stderr, "it cannot be reached");
    })
  ));

Deno.test("a tracker that is not known, and a server that is not named, are refused before anything runs", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 2 } });
    const run = (tracker: string) => call(["run", file, "--results", results, "--report-to", tracker]);
    for (const wrong of ["wandb", "mlflow=here", "tensorboard="]) {
      const { code, stderr } = await run(wrong);
      assertEquals(code, 2, wrong);
      assertStringIncludes(stderr, "It must be tensorboard, tensorboard=DIR or mlflow");
    }
    const unnamed = await run("mlflow");
    assertEquals(unnamed.code, 2);
    assertStringIncludes(unnamed.stderr, "MLFLOW_TRACKING_URI is not set");
    assertEquals(await exists(results), false);
  }));
