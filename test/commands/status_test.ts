import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { PLAN_FORMAT, planPath, writePlan } from "../../src/cluster/plan_file.ts";
import { writeWholeRun } from "../results/write_whole_run.ts";
import { writeBegun } from "./begun_runs.ts";
import { call, inFolder } from "./softprompt.ts";

Deno.test("status counts the runs of a plan, names those that failed with the reason, and says what is left", () =>
  inFolder(async (results) => {
    await writeWholeRun(join(results, "s/a"), { hash: "a" });
    await writeBegun(join(results, "s/b"), { status: "failed", error: "out of memory\u001b[2J" });
    const unplanned = await call(["status", results]);
    assertEquals(unplanned.code, 0, unplanned.stderr);
    assertStringIncludes(
      unplanned.stdout,
      `2 runs in ${results}: 1 complete, 1 failed\nnothing is left to do\n`,
    );
    assertStringIncludes(unplanned.stdout, "there is no plan.json");
    assert(/^s\/b +failed +out of memory\\u001b\[2J$/m.test(unplanned.stdout), unplanned.stdout);
    const runs = ["a", "b", "c"].map((name) => ({
      experiment: "s",
      folder: `s/${name}`,
      hash: name,
      seconds: 60,
    }));
    await writePlan(results, {
      format: PLAN_FORMAT,
      files: [],
      tasks: [{ seconds: 180, runs }],
      last: [],
      seconds: 180,
    });
    const { stdout } = await call(["status", results]);
    assertStringIncludes(stdout, `3 runs in ${results}: 1 complete, 1 failed, 1 waiting`);
    assertStringIncludes(stdout, "of work is left, and nothing is running");
    const { counts, seconds_left: secondsLeft, runs: listed } = JSON.parse(
      (await call(["status", results, "--json"])).stdout,
    );
    assertEquals(counts, { complete: 1, running: 0, failed: 1, waiting: 1 });
    assertEquals([secondsLeft, listed[1].status, listed[1].task, listed[2].planned_seconds], [
      null,
      "failed",
      0,
      60,
    ]);

    const gate = await call(["status", results, "--fail-on-unfinished"]);
    assertEquals([gate.code, gate.stderr], [3, "error: 1 run not finished\n"]);

    const text = await Deno.readTextFile(planPath(results));
    for (const [wrong, what] of [["/1", "/9"], ["s/c", "s/d"]] as const) {
      await Deno.writeTextFile(planPath(results), text.replace(wrong, what));
      const { code, stderr } = await call(["status", results]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, planPath(results));
    }
  }));

Deno.test("status follows the plan of an earlier submission where that is named", () =>
  inFolder(async (results) => {
    const planOf = (folder: string) =>
      ({
        format: PLAN_FORMAT,
        files: [],
        tasks: [{ seconds: null, runs: [{ experiment: "s", folder, hash: folder, seconds: null }] }],
        last: [],
        seconds: null,
      }) as const;
    await writeWholeRun(join(results, "s/b"), { hash: "s/b" });
    const first = await writePlan(results, planOf("s/a"));
    await writePlan(results, planOf("s/b"));
    const ended = async (...args: string[]) =>
      await call(["status", results, "--fail-on-unfinished", ...args]);
    assertEquals((await ended()).code, 0);
    assertEquals((await ended("--plan", first)).code, 3);
    const none = await ended("--plan", join(results, "none.json"));
    assertEquals([none.code, none.stderr.startsWith(`error: there is no ${join(results, "none.json")}: `)], [
      2,
      true,
    ]);
  }));

Deno.test("status of no folder, or of one without runs, is wrong use", () =>
  inFolder(async (folder) => {
    for (const path of [folder, join(folder, "nowhere")]) {
      assertEquals((await call(["status", path])).code, 2);
    }
  }));
