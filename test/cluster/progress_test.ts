import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { Plan } from "../../src/cluster/plan_files.ts";
import { PLAN_FORMAT } from "../../src/cluster/plan_file.ts";
import { progressOf } from "../../src/cluster/progress.ts";
import { timeLeft } from "../../src/cluster/time_left.ts";
import { InputError } from "../../src/base/errors.ts";
import { Lock, lockPath } from "../../src/disk/lock.ts";
import { writeBegun } from "../commands/begun_runs.ts";
import { inFolder } from "../commands/softprompt.ts";
import { writeWholeRun } from "../results/write_whole_run.ts";

/** A plan of tasks with a run of a second each, by the names of their folders, which their content has as its hash. @param last an ensemble's */
function planOf(names: readonly string[], last: string): Plan {
  return {
    format: PLAN_FORMAT,
    files: [],
    tasks: names.map((name) => ({
      seconds: 1,
      runs: [{ experiment: "s", folder: `s/${name}`, hash: name, seconds: 1 }],
    })),
    last: [{ experiment: "e", folder: last }],
    seconds: null,
  };
}

Deno.test("each run of a plan is complete, running, failed or waiting, by what is in the folder alone", () =>
  inFolder(async (results) => {
    await writeWholeRun(join(results, "s/done"), { hash: "done" });
    await writeWholeRun(join(results, "s/before"), { hash: "before" });
    await writeWholeRun(join(results, "s/changed"), { hash: "earlier" });
    await writeWholeRun(join(results, "s/hurt"), { hash: "hurt" });
    await Deno.writeTextFile(join(results, "s/hurt/metrics.json"), "{");
    await writeBegun(join(results, "s/failed"), { status: "failed", error: "out of memory" });
    await writeBegun(join(results, "s/stopped"), { status: "interrupted", error: "interrupted" });
    const now = await writeBegun(join(results, "s/now"));
    await Deno.writeTextFile(join(now, "history.jsonl"), "{}\n");
    const written = new Date(Date.UTC(2026, 0, 1));
    await Deno.utime(join(now, "history.jsonl"), written, written);
    const locks = await Promise.all(
      ["s/now", "s/first"].map((name) => Lock.tryTake(lockPath(results, name))),
    );
    try {
      const names = ["done", "changed", "hurt", "failed", "stopped", "now", "first", "later"];
      const progress = await progressOf(results, planOf(names, "e"));
      assertEquals(progress.map(({ name, state, problem }) => [name, state, problem?.replace(/ \(.*/, "")]), [
        ["s/done", "complete", undefined],
        ["s/changed", "waiting", "the results that are there are not those of the plan"],
        ["s/hurt", "failed", `${join(results, "s/hurt/metrics.json")} is damaged`],
        ["s/failed", "failed", "out of memory"],
        ["s/stopped", "waiting", undefined],
        ["s/now", "running", undefined],
        ["s/first", "running", undefined],
        ["s/later", "waiting", undefined],
        ["e", "waiting", undefined],
        ["s/before", "complete", undefined],
      ]);
      assertEquals(progress.map(({ task }) => task), [...names.keys(), undefined, undefined]);
      assertEquals(progress[5]?.lastLine, written);
      const unplanned = await progressOf(results, undefined);
      assertEquals(unplanned.map(({ name, state }) => `${name} ${state}`).toSorted(), [
        "s/before complete",
        "s/changed complete",
        "s/done complete",
        "s/failed failed",
        "s/hurt failed",
        "s/now running",
        "s/stopped waiting",
      ]);
    } finally {
      for (const lock of locks) lock?.release();
    }
    const outside = planOf([], "../elsewhere");
    await assertRejects(() => progressOf(results, outside), InputError, "names a run outside its folder");
  }));

Deno.test("what is left is estimated from the plan, as fast as complete runs were, with as many at a time as now", () => {
  const now = new Date(Date.UTC(2026, 0, 1, 0, 1));
  const begun = new Date(Date.UTC(2026, 0, 1));
  const complete = { name: "a", state: "complete", planned: 100, took: 200 } as const;
  const running = { name: "b", state: "running", planned: 100, begun } as const;
  const waiting = { name: "c", state: "waiting", planned: 50 } as const;
  const left = timeLeft([complete, running, { ...running, name: "d" }, waiting], now);
  assertAlmostEquals(left?.work ?? NaN, 140 + 140 + 100);
  assertAlmostEquals(left?.seconds ?? NaN, 190);
  assertEquals(timeLeft([complete, waiting], now), { work: 100 });
  assertEquals(timeLeft([complete, { ...waiting, planned: null }], now), { work: 200 }, "the mean");
  assertEquals(timeLeft([{ ...waiting, planned: null }], now), undefined);
  const long = timeLeft([running, { ...running, planned: 60 }, { ...waiting, planned: 500 }], now);
  assertEquals(long?.seconds, 500, "never less than the longest");
});
