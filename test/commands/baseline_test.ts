import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DOMParser } from "linkedom";
import { InputError } from "../../src/base/errors.ts";
import { removeBaseline } from "../../src/commands/baseline.ts";
import { callIn } from "./call_in.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "../diff/runs.ts";
import { madeUpTexts } from "../diff/text_runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { writeBegun } from "./begun_runs.ts";
import { call, exists, inFolder } from "./softprompt.ts";

/** A run of 120 examples that gets some of them wrong. */
function runOf(wrong: (example: number) => boolean, seed = 0): RunRecord {
  return madeUpRun({
    good: Array.from({ length: 120 }, (_, i) => (i % 2 === 1) !== wrong(i) ? 0.8 : 0.2),
    seed,
  });
}

const GOOD = runOf((i) => i % 10 === 0);
const BAD = runOf((i) => i % 3 === 0);

/** The test cases of a JUnit file: suite, name, and the message of a failure. */
async function casesOf(file: string): Promise<string[]> {
  const page = new DOMParser().parseFromString(await Deno.readTextFile(file), "text/xml");
  return [...page.querySelectorAll("testcase")].map((one) => {
    const failure = one.querySelector("failure");
    return `${one.getAttribute("name")}: ${failure === null ? "passed" : failure.getAttribute("message")}`;
  });
}

Deno.test("a baseline is one file, with which others are compared when the run itself is gone", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), GOOD);
    const b = await writeRecord(join(folder, "b"), BAD);
    const direct = JSON.parse((await call(["diff", a, b, "--json"])).stdout);
    const flags = ["--baselines", join(folder, "baselines")];
    const set = await call(["baseline", "set", a, ...flags]);
    assertEquals([set.code, set.stderr], [0, ""]);
    const file = join(folder, "baselines/main.json");
    assertStringIncludes(set.stdout, `${file}: 1 run of ${a}; commit it`);
    assertEquals(await Array.fromAsync(Deno.readDir(join(folder, "baselines")), ({ name }) => name), [
      "main.json",
    ]);
    await Deno.remove(a, { recursive: true });
    for (const args of [["--baseline", b], [b, "--baseline"], ["--baseline", "main", b], [file, b]]) {
      const { code, stdout } = await call(["diff", ...args, "--json", ...args.includes(file) ? [] : flags]);
      assertEquals(code, 0, args.join(" "));
      assertEquals(JSON.parse(stdout), { ...direct, a: file });
    }
    const gate = await call(["diff", "--baseline", "main", b, "--fail-on-regression", ...flags]);
    assertEquals(gate.code, 3);
    assertStringIncludes(gate.stderr, `${b} is worse than ${file} in accuracy (90.0% to 66.7%)`);
  }));

Deno.test("a sweep is a baseline, too, by a name of its own, and its runs are paired by their seeds", () =>
  inFolder(async (folder) => {
    const sweep = join(folder, "sweep");
    for (const seed of [0, 1]) {
      await writeRecord(
        join(sweep, `seed=${seed}`),
        runOf((i) => i % 9 === seed, seed),
      );
    }
    const flags = ["--baselines", join(folder, "baselines")];
    assertEquals((await call(["baseline", "set", sweep, "--name", "v1.2", ...flags])).code, 0);
    const { code, stdout } = await call(["diff", "--baseline", "v1.2", sweep, ...flags]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "2 runs in A, 2 runs in B, paired by seed");
    const junit = join(folder, "gate.xml");
    const one = join(sweep, "seed=0");
    await Deno.rename(join(sweep, "seed=1"), join(folder, "away"));
    assertEquals((await call(["diff", "--baseline", "v1.2", sweep, "--junit", junit, ...flags])).code, 0);
    assertEquals((await casesOf(junit)).at(-1), "runs: B lacks 1 run of A: seed 1");
    assertEquals((await call(["diff", "--baseline", "v1.2", one, "--junit", junit, ...flags])).code, 0);
    assertEquals((await casesOf(junit)).at(-1), "runs: passed");
  }));

Deno.test("a sweep whose classes are chosen by generated texts is a baseline, too, also for runs of classes with probabilities", () =>
  inFolder(async (folder) => {
    const good = Array.from({ length: 60 }, () => 1);
    const sweepOf = async (name: string, right: number) => {
      for (const variant of ["length=1,seed=0", "length=1,seed=1", "length=5,seed=0", "length=5,seed=1"]) {
        const classes = good.map((_, i) => i < right ? (i % 2 === 1 ? "good" : "bad") : null);
        const run = madeUpTexts({ good, classes, seed: Number(variant.at(-1)) });
        await writeRecord(join(folder, name, variant), run);
      }
      return join(folder, name);
    };
    const [a, b] = [await sweepOf("a", 54), await sweepOf("b", 30)];
    const flags = ["--baselines", join(folder, "baselines")];
    const set = await call(["baseline", "set", a, ...flags]);
    assertStringIncludes(set.stdout, `4 runs of ${a}`);
    const direct = JSON.parse((await call(["diff", a, b, "--json"])).stdout).comparisons;
    await Deno.remove(a, { recursive: true });
    const junit = join(folder, "gate.xml");
    const gate = ["--gate", "accuracy", "--junit", junit];
    const { code, stdout, stderr } = await call(["diff", "--baseline", b, "--json", ...gate, ...flags]);
    assertEquals(code, 3);
    assertStringIncludes(
      stderr,
      "accuracy of length=1 (90.0% to 50.0%), accuracy of length=5 (90.0% to 50.0%)",
    );
    const file = join(folder, "baselines/main.json");
    assertEquals(
      JSON.parse(stdout).comparisons,
      direct.map((one: Record<string, unknown>) => ({ ...one, a: file })),
    );
    const cases = await casesOf(junit);
    assertEquals(cases.map((one) => one.split(" ± ")[0]), [
      "accuracy: 90.0%",
      "accuracy: 90.0%",
      "runs: passed",
    ]);
    const other = await writeRecord(join(folder, "other"), GOOD);
    // Runs of classes with probabilities are compared by the class alone, on either side.
    const metricsOf = async (run: string) => {
      const { stdout } = await call(["diff", "--baseline", run, "--json", ...flags]);
      return JSON.parse(stdout).comparisons.map((one: { metrics: object }) => Object.keys(one.metrics));
    };
    const classMetrics = ["accuracy", "macro_f1"];
    assertEquals(await metricsOf(other), [classMetrics, classMetrics]);
    assertEquals((await call(["baseline", "set", other, ...flags])).code, 0);
    assertEquals(await metricsOf(b), [classMetrics, classMetrics]);
    await writeRecord(join(b, "words"), GOOD);
    const both = await call(["baseline", "set", b, ...flags]);
    assertEquals(both.code, 2);
    assertStringIncludes(
      both.stderr,
      "has 4 runs of one form of answers and 1 of another, which are kept and compared apart",
    );
  }));

Deno.test("runs of several experiments are no baseline", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    for (const name of ["one", "other"]) {
      await writeRecord(join(results, name), { ...GOOD, experiment: { ...GOOD.experiment, name } });
    }
    const flags = ["--baselines", join(folder, "baselines")];
    const { code, stderr } = await call(["baseline", "set", results, ...flags]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      `${results} has runs of 2 experiments (one, other), and a baseline is one run`,
    );
    assertEquals(await exists(folder, "baselines"), false);
    assertEquals((await call(["baseline", "set", join(results, "one"), ...flags])).code, 0);
  }));

Deno.test("JUnit has a case for each metric of the gate, which fails where it got worse, whether or not that fails the command", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), GOOD);
    const b = await writeRecord(join(folder, 'b<&"\u0007'), BAD);
    const junit = join(folder, "gate.xml");
    const usual = await call(["diff", a, b, "--junit", junit]);
    assertEquals(usual.code, 0);
    const cases = await casesOf(junit);
    assertEquals(cases.map((one) => one.split(":")[0]), ["accuracy", "macro F1", "loss", "runs"]);
    assert(cases[0]!.startsWith("accuracy: 90.0% to 66.7%, difference -23.3 ("), cases[0]);
    assertStringIncludes(await Deno.readTextFile(junit), "b&lt;&amp;&quot;\\u0007 against");
    assertEquals((await call(["diff", a, b, "--junit", junit, "--gate", "accuracy"])).code, 3);
    assertEquals((await casesOf(junit)).length, 2);
    assertEquals((await call(["diff", b, a, "--junit", junit])).code, 0);
    assertEquals((await casesOf(junit)).filter((one) => !one.endsWith("passed")), []);
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    for (const place of ["notes.txt", "nowhere/gate.xml", "a", ""]) {
      const path = place === "" ? "" : join(folder, place);
      const { code, stderr } = await call(["diff", a, b, "--junit", path]);
      assertEquals(code, 2, place);
      assertStringIncludes(stderr, "--junit");
    }
    assertEquals(await Deno.readTextFile(join(folder, "notes.txt")), "mine");
  }));

Deno.test("what is no baseline is refused, and what is in its place is kept", () =>
  inFolder(async (folder) => {
    const a = await writeRecord(join(folder, "a"), GOOD);
    const baselines = join(folder, "baselines");
    const flags = ["--baselines", baselines];
    const refused = async (args: readonly string[], said: string) => {
      const { code, stderr } = await call([...args, ...flags]);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, said);
    };
    await refused(
      ["diff", "--baseline", a],
      `main.json: set it by 'deno task baseline set RUN --baselines ${baselines}'`,
    );
    await refused(
      ["diff", "--baseline", "weekly", a],
      `weekly.json: set it by 'deno task baseline set RUN --name weekly --baselines ${baselines}'`,
    );
    await refused(["diff", "--baseline"], "name that one");
    await refused(["diff", "--baseline", "main", a, a], "name that one");
    await refused(["diff", a], "two results are compared");
    await refused(["diff", a, a, "--json", "--format", "markdown"], "cannot be used with");
    for (const name of ["../x", "a/b", ".x", "con", "summary", ""]) {
      await refused(["baseline", "set", a, "--name", name], "name");
    }
    await refused(["diff", "--baseline", "../x", a], "It must be a name");
    await refused(["baseline", "drop", a], "Allowed choices are set");
    await refused(["baseline", "set", join(folder, "nowhere")], "there is no ");
    await writeBegun(join(folder, "sweep/x"), { status: "failed", error: "x" });
    await writeRecord(join(folder, "sweep/y"), GOOD);
    await refused(["baseline", "set", join(folder, "sweep")], "x.partial is not complete");
    await Deno.mkdir(baselines);
    await Deno.writeTextFile(join(baselines, "main.json"), '{"mine": 1}');
    await refused(["baseline", "set", a], "is not replaced");
    assertEquals(await Deno.readTextFile(join(baselines, "main.json")), '{"mine": 1}');
    assertEquals((await call(["baseline", "set", a, "--name", "x", ...flags])).code, 0);
    const file = join(baselines, "x.json");
    const text = await Deno.readTextFile(file);
    const changes = [
      [text.replace("0.8", "0.7"), "has changed since it was written"],
      [text.replace("softprompt-baseline/1", "softprompt-baseline/2"), "newer softprompt"],
      [`<<<<<<< ours\n${text}`, "is not JSON"],
    ] as const;
    for (const [changed, said] of changes) {
      await Deno.writeTextFile(file, changed);
      await refused(["diff", "--baseline", "x", a], said);
    }
    assertEquals(await exists(folder, "x.json"), false);
  }));

Deno.test("a baseline is removed for the run that it was made of alone", () =>
  inFolder(async (folder) => {
    const [a, b] = [await writeRecord(join(folder, "a"), GOOD), await writeRecord(join(folder, "b"), BAD)];
    const place = { name: "main", baselines: join(folder, "baselines") };
    await call(["baseline", "set", a, "--baselines", place.baselines]);
    await assertRejects(
      () => removeBaseline(b, place),
      InputError,
      `is no baseline of ${b}: nothing is removed`,
    );
    assertEquals(await exists(place.baselines, "main.json"), true);
    await removeBaseline(a, place);
    assertEquals(await exists(place.baselines, "main.json"), false);
    await assertRejects(() => removeBaseline(a, place), InputError, "nothing is removed");
  }));

Deno.test("the usual baseline is in the folder that the command is called in", () =>
  inFolder(async (folder) => {
    await writeRecord(join(folder, "a"), GOOD);
    assertEquals((await callIn(folder, "baseline", "set", "a")).code, 0);
    const missing = await callIn(folder, "diff", "--baseline", "weekly", "a");
    assertStringIncludes(missing.stderr, "set it by 'deno task baseline set RUN --name weekly'");
    const { code, stdout } = await callIn(folder, "diff", "--baseline", "a");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "nothing differs in the experiments");
  }));

Deno.test({
  name: "a folder that may not be changed is wrong use",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const a = await writeRecord(join(folder, "a"), GOOD);
      for (
        const args of [["baseline", "set", a, "--baselines", "/sys/x"], [
          "diff",
          a,
          a,
          "--junit",
          "/sys/x.xml",
        ]]
      ) {
        const { code, stderr } = await call(args);
        assertEquals(code, 2, stderr);
        assertStringIncludes(stderr, "cannot be written");
      }
    }),
});
