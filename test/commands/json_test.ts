import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

/** The JSON that a call prints. */
async function printed(args: readonly string[], code = 0) {
  const { stdout, stderr, ...ended } = await call([...args, "--json"]);
  assertEquals(ended.code, code, stderr);
  return { json: JSON.parse(stdout), stderr };
}

Deno.test("run, batch, validate and compile print JSON, and nothing beside it", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const hard = {
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    };
    const file = await writeExperiment(folder, hard);
    const planned = await printed(["validate", file, "--results", results]);
    const [plan] = planned.json.runs;
    assertEquals([plan.run, plan.state, plan.prompt_length, plan.steps, planned.json.problems], [
      "small",
      "new",
      0,
      0,
      [],
    ]);
    const { json } = await printed(["run", file, "--results", results]);
    const metrics = JSON.parse(await Deno.readTextFile(join(results, "small/metrics.json")));
    assertEquals(json, {
      format: "softprompt-runs/1",
      runs: [{ run: "small", status: "complete", folder: join(results, "small"), metrics }],
    });
    const batch = await printed(["batch", file, "--results", results]);
    assertEquals(batch.json.runs, [{ ...json.runs[0], status: "kept" }]);
    const compiled = await printed([
      "compile",
      "--model",
      join(folder, "model"),
      "--out",
      join(folder, "artifacts"),
      "--explain",
    ]);
    assertEquals(compiled.json.manifest, join(folder, "artifacts/artifacts.json"));
    assert(compiled.json.explained.passes.length > 3);
  }));

Deno.test("what fails is in the JSON, too, and the exit code is as without it", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const hard = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };
    const good = await writeExperiment(folder, hard);
    const bad = join(folder, "bad.yaml");
    await Deno.writeTextFile(
      bad,
      (await Deno.readTextFile(good)).replace('"small"', '"bad"').replace(
        '"bad"\n  ]',
        '"nosuchwordatall"\n  ]',
      ),
    );
    const plan = await printed(["validate", good, bad, "--results", results], 2);
    assertEquals(plan.json.runs.length, 1);
    assertStringIncludes(plan.json.problems[0], "bad.yaml");
    const { json, stderr } = await printed(["run", good, bad, "--results", results], 2);
    assertEquals(json.runs.map(({ run, status }: Record<string, string>) => `${run} ${status}`), [
      "small complete",
      "bad failed",
    ]);
    assertStringIncludes(json.runs[1].error, "nosuchwordatall");
    assertStringIncludes(stderr, "1 of 2 runs failed");
  }));
