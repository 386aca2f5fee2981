import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { withSha256 } from "../../src/base/sha256.ts";
import { sweepReport } from "../../src/report/sweep_report.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { summarize } from "../../src/results/summarize.ts";
import { madeUpRun } from "../diff/runs.ts";
import { call, callProcess, inFolder } from "./softprompt.ts";
import { writeRecord } from "../results/write_record.ts";

const EXAMPLES = 120;

/** Which examples a run gets wrong, those of illegal answers, and its seed. */
interface Behaviour {
  readonly wrong?: (example: number) => boolean;
  readonly illegal?: (example: number) => boolean;
  readonly sure?: number;
  readonly seed?: number;
  readonly length?: number;
}

function runOf({ wrong = () => false, illegal = () => false, sure = 0.8, ...rest }: Behaviour): RunRecord {
  return madeUpRun({
    good: Array.from({ length: EXAMPLES }, (_, i) => (i % 2 === 1) !== wrong(i) ? sure : 1 - sure),
    change: (one, i) => ({ ...one, illegal: illegal(i) }),
    ...rest,
  });
}

const GOOD = runOf({ wrong: (i) => i % 10 === 0 });
const BAD = runOf({ wrong: (i) => i % 3 === 0 });

/** Writes runs into a folder, by their names. */
async function writeRuns(folder: string, runs: Readonly<Record<string, RunRecord>>): Promise<string> {
  for (const [name, run] of Object.entries(runs)) await writeRecord(join(folder, name), run);
  return folder;
}

/** A run that was begun, and how it ended. */
async function writePartial(path: string, status: "failed" | "interrupted"): Promise<void> {
  await Deno.mkdir(`${path}.partial`, { recursive: true });
  await Deno.writeTextFile(join(`${path}.partial`, "experiment.yaml"), "name: x\n");
  await Deno.writeTextFile(
    join(`${path}.partial`, "metrics.json"),
    JSON.stringify({ status, error: "out of memory" }),
  );
}

Deno.test("a regression ends with exit code 3 where that is asked for, and the error names the metric", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), GOOD);
    const b = await writeRecord(join(folder, "b"), BAD);
    const worse = await callProcess(["diff", a, b, "--fail-on-regression"]);
    assertEquals(worse.code, 3);
    assertStringIncludes(
      worse.stderr,
      `${b} is worse than ${a} in accuracy (90.0% to 66.7%), macro F1 (0.899 to 0.667), loss (0.`,
    );
    assertEquals((await call(["diff", a, b])).code, 0);
    assertEquals((await call(["diff", b, a, "--fail-on-regression"])).code, 0);
    assertEquals((await call(["diff", a, a, "--fail-on-regression"])).code, 0);
  }));

Deno.test("illegal answers fail no gate: they are described, with what they mean, and are neither better nor worse", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), runOf({ wrong: (i) => i % 3 === 0 }));
    const b = await writeRecord(
      join(folder, "b"),
      runOf({ wrong: (i) => i % 10 === 0, illegal: (i) => i % 5 > 0 }),
    );
    for (const format of ["text", "markdown", "html"]) {
      const { code, stdout } = await call(["diff", a, b, "--fail-on-regression", "--format", format]);
      assertEquals(code, 0);
      assertStringIncludes(
        stdout,
        "tuning compares the verbalizer&#39;s words".replace("&#39;", format === "html" ? "&#39;" : "'"),
      );
    }
    const { stdout } = await call(["diff", a, b]);
    assert(/^illegal answers +0\.0% +80\.0% +\+80\.0 .* –  +description$/m.test(stdout), stdout);
    assert(!stdout.includes("worse"), stdout);
    const json = JSON.parse((await call(["diff", a, b, "--format", "json"])).stdout);
    const { verdict, p_adjusted, delta } = json.metrics.illegal_rate;
    assertEquals([verdict, p_adjusted, delta], ["description", null, 0.8]);
  }));

Deno.test("which metrics fail a gate is chosen, and one that has no better direction is refused", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), runOf({ wrong: (i) => i % 5 === 0, sure: 0.8 }));
    const b = await writeRecord(join(folder, "b"), runOf({ wrong: (i) => i % 5 === 0, sure: 0.55 }));
    const gate = (...flags: string[]) => call(["diff", a, b, ...flags]);
    const usual = await gate("--fail-on-regression");
    assertEquals(usual.code, 3);
    assert(/in loss \(0\.\d+ to 0\.\d+\)$/.test(usual.stderr.trim()), usual.stderr);
    assertEquals((await gate("--fail-on-regression", "--gate", "accuracy,macroF1")).code, 0);
    const calibration = await gate("--gate", "accuracy, expectedCalibrationError");
    assertEquals(calibration.code, 3, "a gate that is chosen is one that is asked for");
    assertStringIncludes(calibration.stderr, "in calibration error (");
    for (const wrong of ["illegalRate", "f1", "", "accuracy,,loss"]) {
      const { code, stderr } = await gate("--gate", wrong);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "metrics of accuracy, macroF1, loss, expectedCalibrationError");
    }
  }));

Deno.test("in a gate over variants, the error names the metric and the variant", () =>
  inFolder(async (folder) => {
    const a = await writeRuns(join(folder, "a"), { "length=1": GOOD, "length=5": GOOD });
    const b = await writeRuns(join(folder, "b"), { "length=1": GOOD, "length=5": BAD });
    const { code, stderr } = await call(["diff", a, b, "--gate", "accuracy"]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "in accuracy of length=5 (90.0% to 66.7%)");
  }));

Deno.test("runs that one side lacks fail a gate on either side, unless that is allowed", () =>
  inFolder(async (folder) => {
    const run = (seed: number) => runOf({ wrong: (i) => i % 10 === 0, seed });
    const whole = await writeRuns(join(folder, "whole"), {
      "length=1,seed=0": run(0),
      "length=1,seed=1": run(1),
      "length=5,seed=0": run(0),
    });
    const noSeed = await writeRuns(join(folder, "no-seed"), {
      "length=1,seed=0": run(0),
      "length=5,seed=0": run(0),
    });
    const noVariant = await writeRuns(join(folder, "no-variant"), {
      "length=1,seed=0": run(0),
      "length=1,seed=1": run(1),
    });
    const seeds = await writeRuns(join(folder, "seeds"), { "seed=0": run(0), "seed=1": run(1) });
    const oneSeed = await writeRuns(join(folder, "one-seed"), { "seed=0": run(0) });
    const alone = await writeRecord(join(folder, "alone"), run(0));
    for (
      const [a, b, said] of [
        [whole, noSeed, "B lacks 1 run of A: length=1, seed 1"],
        [noSeed, whole, "A lacks 1 run of B: length=1, seed 1"],
        [whole, noVariant, "B lacks 1 run of A: length=5"],
        [noVariant, whole, "A lacks 1 run of B: length=5"],
        [seeds, oneSeed, "B lacks 1 run of A: seed 1"],
        [seeds, whole, "B lacks 1 run of A: length=5, seed 1"],
      ] as const
    ) {
      const { code, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
      assertEquals([code, stderr.split("\n")[0]], [3, said]);
      assertStringIncludes(stderr, "runs are missing");
      assertStringIncludes(stderr, "--allow-missing");
      const allowed = await call(["diff", a, b, "--fail-on-regression", "--allow-missing"]);
      assertEquals([allowed.code, allowed.stderr.trim()], [0, said]);
      assertEquals((await call(["diff", a, b])).code, 0);
    }
    for (const [a, b] of [[whole, whole], [alone, whole], [alone, seeds], [seeds, alone]] as const) {
      const { code, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
      assertEquals([code, stderr], [0, ""]);
    }
  }));

Deno.test("failed and partial runs fail a gate on either side, unless that is allowed", () =>
  inFolder(async (folder) => {
    const whole = await writeRuns(join(folder, "whole"), { "length=1": GOOD, "length=5": GOOD });
    const failed = await writeRuns(join(folder, "failed"), { "length=1": GOOD, "length=5": GOOD });
    await writePartial(join(failed, "length=9"), "failed");
    const one = await writeRecord(join(folder, "one"), GOOD);
    const again = await writeRecord(join(folder, "again"), GOOD);
    await writePartial(again, "interrupted");
    // What an export that was stopped leaves is no run.
    await Deno.mkdir(join(whole, "classifier.partial"));
    for (
      const [a, b, said] of [
        [whole, failed, `B has a run that is not complete: ${join(failed, "length=9.partial")}`],
        [failed, whole, `A has a run that is not complete: ${join(failed, "length=9.partial")}`],
        [one, again, `B has a run that is not complete: ${again}.partial`],
        [one, `${again}/`, `B has a run that is not complete: ${again}.partial`],
      ] as const
    ) {
      const { code, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
      assertEquals([code, stderr.split("\n")[0]], [3, said]);
      assertEquals((await call(["diff", a, b, "--fail-on-regression", "--allow-missing"])).code, 0);
    }
    assertEquals((await call(["diff", whole, whole, "--fail-on-regression"])).code, 0);
  }));

Deno.test("a summary that is named is what its batch ran: what failed in it fails a gate, and what lies beside it does not count", () =>
  inFolder(async (folder) => {
    const a = await writeRuns(join(folder, "a"), { "length=1": GOOD });
    const b = await writeRuns(join(folder, "b"), { "length=1": GOOD, "length=9": BAD });
    const row = (length: number) => ({
      experiment: "b",
      variant: `length=${length}`,
      settings: { "prompt.length": length },
      seed: 0,
      folder: `length=${length}`,
    });
    const summary = summarize("b", [
      { ...row(1), status: "complete", metrics: GOOD.metrics },
      { ...row(5), status: "failed", error: "out of memory" },
    ]);
    const file = join(b, "summary.json");
    await Deno.writeTextFile(file, JSON.stringify(withSha256(summary)));
    const { code, stdout, stderr } = await call(["diff", a, file, "--fail-on-regression"]);
    assertEquals([code, stderr.split("\n")[0]], [
      3,
      `B has a run that is not complete: ${join(b, "length=5")}`,
    ]);
    assertStringIncludes(stdout, "1 run in A, 1 run in B");
    assertEquals((await call(["diff", a, file, "--fail-on-regression", "--allow-missing"])).code, 0);
    const page = join(folder, "saved.html");
    await Deno.writeTextFile(page, await sweepReport(summary, new Map([["length=1", GOOD]])));
    const saved = await call(["diff", a, page, "--fail-on-regression"]);
    assertEquals([saved.code, saved.stderr.split("\n")[0]], [
      3,
      "B has a run that is not complete: length=5",
    ]);
    assertStringIncludes(
      (await call(["diff", a, b, "--fail-on-regression"])).stderr,
      "A lacks 1 run of B: length=9",
    );
  }));

Deno.test("folders of one run each lack each other's where these have different names, and runs named by themselves do not", () =>
  inFolder(async (folder) => {
    const [a, b] = [
      await writeRuns(join(folder, "a"), { hard: GOOD }),
      await writeRuns(join(folder, "b"), { soft: GOOD }),
    ];
    const { code, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
    assertEquals([code, stderr.split("\n").slice(0, 2)], [3, [
      "A lacks 1 run of B: soft",
      "B lacks 1 run of A: hard",
    ]]);
    assertEquals((await call(["diff", a, b, "--fail-on-regression", "--allow-missing"])).code, 0);
    assertEquals((await call(["diff", join(a, "hard"), join(b, "soft"), "--fail-on-regression"])).code, 0);
  }));

Deno.test("damaged runs are named and end with exit code 2, also where missing ones are allowed; a regression counts first", () =>
  inFolder(async (folder) => {
    const a = await writeRuns(join(folder, "a"), { "length=1": GOOD, "length=5": GOOD, "length=9": GOOD });
    for (const [name, run, expected] of [["same", GOOD, 2], ["worse", BAD, 3]] as const) {
      const b = await writeRuns(join(folder, name), { "length=1": GOOD, "length=5": run, "length=9": run });
      await Deno.writeTextFile(join(b, "length=9", "metrics.json"), "{");
      const { code, stderr } = await call(["diff", a, b, "--fail-on-regression", "--allow-missing"]);
      assertEquals(code, expected, stderr);
      assertStringIncludes(stderr, join("length=9", "metrics.json"));
    }
  }));

Deno.test("a run of a newer version is left out by the name of that version, and is not called damaged", () =>
  inFolder(async (folder) => {
    const a = await writeRuns(join(folder, "a"), { "length=1": GOOD, "length=5": GOOD });
    const b = await writeRuns(join(folder, "b"), { "length=1": GOOD, "length=5": GOOD });
    const newer = join(b, "length=5", "environment.json");
    await Deno.writeTextFile(newer, JSON.stringify({ format: "softprompt-run/9", softprompt: "7.1.0" }));
    const { code, stdout, stderr } = await call(["diff", a, b]);
    assertEquals(code, 2);
    assertStringIncludes(stdout, "accuracy");
    assertStringIncludes(
      stderr,
      `left out of the comparison: 1 run\n${newer} was written by a newer softprompt, 7.1.0 (its 'format' is`,
    );
    assertEquals(stderr.includes("damaged"), false, stderr);
  }));
