import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { runDetailsLines } from "../../src/terminal/run_details_text.ts";
import { madeUpTexts } from "../diff/text_runs.ts";
import { writeBegun } from "./begun_runs.ts";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

Deno.test("show has what a run was, its metrics with intervals, its files, and how to run it again", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const file = await writeExperiment(folder, {
      description: "words alone",
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    });
    assertEquals((await call(["run", file, "--results", results])).code, 0);
    const run = join(results, "small");
    const { code, stdout, stderr } = await call(["show", `${run}/`]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `${run}: small, complete `);
    assertStringIncludes(stdout, "words alone");
    assert(/^prompt +hard$/m.test(stdout), stdout);
    assert(/^class positive +good$/m.test(stdout), stdout);
    assert(/^accuracy +\d+\.\d% \(\d+\.\d% to \d+\.\d%\)/m.test(stdout), stdout);
    assert(/^predictions\.jsonl +[\d.]+ kB$/m.test(stdout), stdout);
    assertStringIncludes(
      stdout,
      `again: deno task run ${join(run, "experiment.yaml")} --results ${results}\n`,
    );
    const shown = JSON.parse((await call(["show", run, "--json"])).stdout);
    assertEquals([shown.format, shown.status, shown.experiment.name], [
      "softprompt-show/1",
      "complete",
      "small",
    ]);
    const again = await call(["run", join(run, "experiment.yaml"), "--results", results]);
    assertStringIncludes(again.stderr, "nothing has changed");

    await Deno.writeTextFile(join(run, "samples.md"), "changed");
    const damaged = await call(["show", run]);
    assertEquals([damaged.code, damaged.stdout], [2, ""]);
    assertStringIncludes(damaged.stderr, "samples.md was changed since the run");
  }));

Deno.test("show says how long a soft prompt was tuned, in epochs or in steps", () =>
  inFolder(async (folder) => {
    for (const [length, text] of [[{ epochs: 1 }, "1 epoch"], [{ steps: 3 }, "3 steps"]] as const) {
      const file = await writeExperiment(folder, {
        prompt: { kind: "soft", length: 1, template: "{prompt} {text} it was {mask} ." },
        training: { batchSize: 8, ...length },
      });
      assertEquals((await call(["run", file, "--results", folder])).code, 0);
      const { stdout } = await call(["show", join(folder, "small")]);
      assertStringIncludes(stdout, "soft, 1 vector at ");
      assertStringIncludes(stdout, `batches of 8, ${text}\n`);
    }
  }));

Deno.test("show says of a run that is not complete how it ended, by either of its names", () =>
  inFolder(async (results) => {
    const place = join(results, "x");
    const folder = await writeBegun(place, { status: "failed", error: "out of \u001b[2J memory" });
    for (const name of [place, folder, `${folder}/`]) {
      const { code, stdout } = await call(["show", name]);
      assertEquals(code, 0);
      assertStringIncludes(stdout, `${folder}: failed, last written `);
      assertStringIncludes(stdout, "out of \\u001b[2J memory");
      assertStringIncludes(stdout, `again: deno task run ${join(folder, "experiment.yaml")}`);
    }
    assertEquals(JSON.parse((await call(["show", place, "--json"])).stdout).status, "failed");
    for (const wrong of [join(results, "nowhere"), results, "x.partial"]) {
      const { code, stderr } = await call(["show", wrong]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "there is no complete run");
    }
  }));

Deno.test("the command that runs a run again lets it read what lies outside the project of its results, and quotes odd names", () =>
  inFolder(async (given) => {
    const folder = await Deno.realPath(given);
    const file = await writeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      training: undefined,
    });
    const results = join(folder, "else where/$results");
    assertEquals((await call(["run", file, "--results", results])).code, 0);
    const { stdout } = await call(["show", join(results, "small")]);
    const own = join(results, "small/experiment.yaml");
    assertStringIncludes(
      stdout,
      `again: deno task run '${own}' --results '${results}' --allow-read ${join(folder, "model")}\n`,
    );
  }));

Deno.test("what is read of the model is shown of a run whose answers are texts", () => {
  const details = { ...madeUpTexts({ good: [1, 0.5] }), files: [] };
  const [answer] = runDetailsLines(details, undefined).filter((line) => line.startsWith("answer"));
  assertEquals(answer?.replaceAll(/ +/g, " "), "answer kind: text, target: {answer}");
});
