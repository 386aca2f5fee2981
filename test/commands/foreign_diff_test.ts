import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  inspectSample,
  lmEvalSample,
  promptfooResult,
  writeInspect,
  writeLmEval,
  writePromptfoo,
} from "../foreign/foreign_files.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { call, exists, inFolder } from "./softprompt.ts";

/** What is read of a diff as JSON. */
async function diffJson(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await call(["diff", ...args, "--json"]);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

/** A metric of a diff of one variant. */
async function metricOf(name: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { metrics } = await diffJson(...args);
  return (metrics as Record<string, Record<string, unknown>>)[name]!;
}

const whole = (count: number, score: (i: number) => unknown, changes: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, i) => lmEvalSample(i, score(i), changes));

Deno.test("lm-evaluation-harness: 0 and 1 are tested by McNemar's test, other numbers by the bootstrap", () =>
  inFolder(async (folder) => {
    const both = { metrics: ["acc", "f1"] };
    const a = whole(20, (i) => Number(i >= 8)).map((one, i) => ({ ...one, ...both, f1: i / 20 }));
    const b = whole(20, () => 1).map((one, i) => ({ ...one, ...both, f1: i / 20 + 0.1 }));
    const higher = { acc: true, f1: true };
    const sides = [
      await writeLmEval(join(folder, "a"), a, { higher }),
      await writeLmEval(join(folder, "b"), b, { higher }),
    ];
    const acc = await metricOf("acc", ...sides);
    // Eight flips, all won by B: 2 / 2^8.
    assertAlmostEquals(Number(acc.p), 2 / 256, 1e-12);
    assertEquals([acc.test, acc.verdict, acc.a, acc.b], ["exact McNemar", "better", 0.6, 1]);
    const f1 = await metricOf("f1", ...sides);
    assertEquals([f1.test, f1.verdict], ["paired bootstrap", "better"]);
    assertAlmostEquals(Number(f1.delta), 0.1, 1e-12);
  }));

Deno.test("what is not known is said, counts neither as right nor as wrong, and fails a gate", () =>
  inFolder(async (folder) => {
    const a = await writeLmEval(join(folder, "a"), whole(10, () => 1));
    const b = await writeLmEval(join(folder, "b"), whole(10, (i) => i < 4 ? NaN : 1));
    const acc = await metricOf("acc", a, b);
    assertEquals([acc.a, acc.b, acc.examples, acc.unknownInB], [1, 1, 6, 4]);
    const { code, stdout, stderr } = await call(["diff", a, b, "--gate", "acc"]);
    assertEquals(code, 3);
    assertStringIncludes(stdout, "it is not known for 0 in A and 4 in B");
    assertStringIncludes(stderr, "acc is not known for 4 examples of B");
    assertEquals((await call(["diff", a, b, "--gate", "acc", "--allow-missing"])).code, 0);
  }));

Deno.test("examples of one side only are counted, and too few in common are refused", () =>
  inFolder(async (folder) => {
    const a = await writeLmEval(join(folder, "a"), whole(10, () => 1));
    const b = await writeLmEval(join(folder, "b"), whole(12, () => 1).slice(4));
    assertStringIncludes(
      (await call(["diff", a, b])).stdout,
      "6 examples paired by id (4 only in A, 2 only in B, excluded).",
    );
    const { code, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "B lacks 4 examples of A");
    await writeLmEval(b, whole(14, () => 1).slice(7));
    assertStringIncludes((await call(["diff", a, b])).stderr, "only 3 of the 10 examples");
  }));

Deno.test("other right answers for the same id are other data, and other texts are left out", () =>
  inFolder(async (folder) => {
    const samples = whole(6, () => 1);
    const a = await writeLmEval(join(folder, "a"), samples);
    const changed = samples.map((one, i) => i === 2 ? { ...one, target: "another" } : one);
    const b = await writeLmEval(join(folder, "b"), changed);
    const { code, stderr } = await call(["diff", a, b]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "1 example of 6");
    assertStringIncludes(stderr, "other right answers");
    await writeLmEval(b, samples.map((one, i) => i === 2 ? { ...one, doc: { question: "edited" } } : one));
    assertEquals((await diffJson(a, b)).changed, 1);
  }));

Deno.test("without a known direction there is no verdict, and no gate", () =>
  inFolder(async (folder) => {
    const a = await writeLmEval(join(folder, "a"), whole(20, () => 0), {});
    const b = await writeLmEval(join(folder, "b"), whole(20, () => 1), {});
    assertEquals((await metricOf("acc", a, b)).verdict, "description");
    const gate = await call(["diff", a, b, "--gate", "acc"]);
    assertEquals(gate.code, 2);
    assertStringIncludes(gate.stderr, "it is not known whether higher values of it are better");
    await writeLmEval(a, whole(20, () => 0), { higher: { acc: false } });
    assertEquals((await metricOf("acc", a, b)).verdict, "worse");
    assertStringIncludes(
      (await call(["diff", a, b, "--gate", "f1"])).stderr,
      "--gate f1: these results have no such metric",
    );
  }));

Deno.test("promptfoo: each prompt and provider is a variant, and equal metrics are one test", () =>
  inFolder(async (folder) => {
    const results = (isRight: (i: number, prompt: string) => boolean) =>
      ["P: {{question}}", "Q: {{question}}"].flatMap((label) =>
        Array.from(
          { length: 12 },
          (_, i) => promptfooResult(i, isRight(i, label), { prompt: { raw: "", label } }),
        )
      );
    const a = await writePromptfoo(join(folder, "a.json"), results(() => true));
    const b = await writePromptfoo(
      join(folder, "b.json"),
      results((i, label) => label.startsWith("P") || i >= 9),
    );
    const { comparisons } = await diffJson(a, b) as {
      comparisons: {
        variant: string;
        metrics: Record<string, { p: number; p_adjusted: number; verdict: string }>;
      }[];
    };
    assertEquals(comparisons.map(({ variant }) => variant), ["P: {{question}}", "Q: {{question}}"]);
    const { success, score } = comparisons[1]!.metrics;
    assertAlmostEquals(success!.p, 2 / 512, 1e-12);
    assertAlmostEquals(
      success!.p_adjusted,
      4 / 512,
      1e-12,
      "two tests: success and score are one in each variant",
    );
    assertEquals([success!.verdict, score!.p_adjusted], ["worse", success!.p_adjusted]);
    const junit = join(folder, "gate.xml");
    const gate = await call(["diff", a, b, "--gate", "success", "--junit", junit]);
    assertEquals(gate.code, 3);
    assertStringIncludes(gate.stderr, "success of Q: {{question}} (100.0% to 25.0%)");
    assertStringIncludes(
      await Deno.readTextFile(junit),
      '<testsuite name="Q: {{question}}" tests="1" failures="1"',
    );
  }));

Deno.test("promptfoo: other assertions of the same test are refused", () =>
  inFolder(async (folder) => {
    const a = await writePromptfoo(join(folder, "a.json"), [promptfooResult(0, true)]);
    const { vars } = promptfooResult(0, true);
    const other = promptfooResult(0, true, {
      testCase: { vars, assert: [{ type: "contains", value: "x" }] },
    });
    const b = await writePromptfoo(join(folder, "b.json"), [other]);
    assertStringIncludes((await call(["diff", a, b])).stderr, "other right answers or assertions");
  }));

Deno.test("inspect_ai: epochs are averaged for each example, and a failed sample is unknown", () =>
  inFolder(async (folder) => {
    const epochs = (value: (i: number, epoch: number) => unknown) =>
      Array.from(
        { length: 10 },
        (_, i) => [1, 2].map((epoch) => inspectSample(i, value(i, epoch), { epoch })),
      ).flat();
    const a = await writeInspect(join(folder, "a.json"), epochs((_, epoch) => epoch === 1 ? "C" : "I"));
    const b = await writeInspect(join(folder, "b.json"), epochs((i) => i === 0 ? null : "C"));
    const match = await metricOf("match", a, b);
    assertEquals([match.a, match.b, match.examples, match.unknownInB], [0.5, 1, 9, 1]);
    assertEquals([match.test, match.verdict], ["paired bootstrap", "better"]);
    const cancelled = await writeInspect(join(folder, "c.json"), epochs(() => "C"), { status: "cancelled" });
    const { code, stderr } = await call(["diff", a, cancelled, "--fail-on-regression"]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "B has an evaluation that is not complete");
  }));

Deno.test("tasks are paired by name, and two evaluations of one task and model in a folder are refused", () =>
  inFolder(async (folder) => {
    const logs = async (name: string, tasks: readonly string[]) => {
      const place: string = join(folder, name);
      await Deno.mkdir(place);
      for (const [i, task] of tasks.entries()) {
        const log = { eval: { task, model: "example/chat" } };
        await writeInspect(join(place, `${i}.json`), [inspectSample(1, "C"), inspectSample(2, "I")], log);
      }
      return place;
    };
    const [a, b] = [await logs("a", ["sums", "cities"]), await logs("b", ["sums"])];
    const found = await diffJson(a, b);
    assertEquals([found.variantsOnlyInA, found.paired], [["cities"], 2]);
    const { code, stderr } = await call(["diff", await logs("c", ["sums", "sums"]), b]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "has two evaluations of sums, example/chat");
  }));

Deno.test("results of two programs, and of one and of softprompt, are not compared", () =>
  inFolder(async (folder) => {
    const foreign = await writeInspect(join(folder, "log.json"), [inspectSample(1, "C")]);
    const other = await writePromptfoo(join(folder, "out.json"), [promptfooResult(0, true)]);
    const programs = await call(["diff", foreign, other]);
    assertEquals(programs.code, 2);
    assertStringIncludes(programs.stderr, "results of inspect_ai");
    const own = await writeRecord(join(folder, "run"), madeUpRun({ good: [0.9, 0.2] }));
    const mixed = await call(["diff", own, foreign]);
    assertEquals(mixed.code, 2);
    assertStringIncludes(mixed.stderr, "compare two results of the same program");
    assertStringIncludes((await call(["diff", foreign, join(folder, "nothing")])).stderr, "there is no ");
  }));

Deno.test("names of metrics and variants are only text in Markdown and on a page", () =>
  inFolder(async (folder) => {
    const named = (value: boolean) => promptfooResult(0, value, { namedScores: { "<b>|x": Number(value) } });
    const a = await writePromptfoo(join(folder, "a.json"), [named(true)]);
    const b = await writePromptfoo(join(folder, "b.json"), [named(false)]);
    const markdown = (await call(["diff", a, b, "--format", "markdown"])).stdout;
    assertStringIncludes(markdown, "| \\<b\\>\\|x |");
    const html = (await call(["diff", a, b, "--format", "html"])).stdout;
    assert(!html.includes("<b>|x") && html.includes("&lt;b&gt;|x"));
    assertEquals(await exists(folder, "gate.xml"), false);
  }));

Deno.test("a metric that is known of no example on both sides is named, and fails a gate", () =>
  inFolder(async (folder) => {
    const both = { metrics: ["acc", "f1"] };
    const higher = { acc: true, f1: true };
    const a = await writeLmEval(join(folder, "a"), whole(10, () => 1, { ...both, f1: 1 }), { higher });
    const b = await writeLmEval(join(folder, "b"), whole(10, () => NaN, { ...both, f1: 1 }), { higher });
    assertEquals((await diffJson(a, b)).metricsUnknown, ["acc"]);
    const { code, stdout, stderr } = await call(["diff", a, b, "--fail-on-regression"]);
    assertEquals(code, 3);
    assertStringIncludes(stdout, "Known of no example on both sides, and not compared: acc.");
    assertStringIncludes(stderr, "acc is known of no example on both sides");
  }));
