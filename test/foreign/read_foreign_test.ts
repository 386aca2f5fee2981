import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readForeign } from "../../src/foreign/read_foreign.ts";
import { inFolder } from "../commands/softprompt.ts";
import {
  inspectSample,
  lmEvalSample,
  promptfooResult,
  writeInspect,
  writeLmEval,
  writePromptfoo,
} from "./foreign_files.ts";

/** The scores of a metric, sample by sample, of the only evaluation. */
async function scoresIn(source: string, metric: string): Promise<(number | null | undefined)[]> {
  const found = await readForeign(source);
  assertEquals(found?.evaluations.length, 1);
  return found!.evaluations[0]!.samples.map(({ scores }) => scores.get(metric));
}

async function refusal(source: string): Promise<string> {
  const error: Error = await assertRejects(() => readForeign(source), InputError);
  return error.message;
}

Deno.test("samples of lm-evaluation-harness have numbers, booleans, and null for NaN", () =>
  inFolder(async (folder) => {
    const samples = [1, true, NaN, 0.25].map((score, i) => lmEvalSample(i, score));
    await writeLmEval(folder, samples);
    assertEquals(await scoresIn(folder, "acc"), [1, 1, null, 0.25]);
    const { program, evaluations } = (await readForeign(folder))!;
    assertEquals(program, "lm-evaluation-harness");
    assertEquals(evaluations[0]!.parts, { task: "sums", filter: "none", model: "model" });
    assertEquals([...evaluations[0]!.isHigherBetter], [["acc", true]]);
  }));

Deno.test("a file of results stands for the samples of its date", () =>
  inFolder(async (folder) => {
    const [one, other] = ["2026-01-31T12-00-00.000000", "2026-02-01T12-00-00.000000"];
    await writeLmEval(folder, [lmEvalSample(0, 1)], { date: one, higher: { acc: true } });
    await writeLmEval(folder, [lmEvalSample(0, 0)], { date: other, higher: { acc: true } });
    assertEquals(await scoresIn(join(folder, `results_${one}.json`), "acc"), [1]);
    assertEquals(await scoresIn(join(folder, `results_${other}.json`), "acc"), [0]);
    await Deno.remove(join(folder, `samples_sums_${one}.jsonl`));
    const message = await refusal(join(folder, `results_${one}.json`));
    assertEquals(message.includes("evaluate with --log_samples"), true, message);
  }));

Deno.test("samples without a list of metrics have the numbers among their fields; lists are no scores", () =>
  inFolder(async (folder) => {
    const older = { doc_id: 0, doc: {}, target: 3, arguments: [], resps: [], filtered_resps: [], acc: 1 };
    await writeLmEval(folder, [older], {});
    const [evaluation] = (await readForeign(folder))!.evaluations;
    assertEquals([...evaluation!.samples[0]!.scores], [["acc", 1]]);
    await writeLmEval(folder, [lmEvalSample(0, 1, { metrics: ["acc", "pair"], pair: [1, 2] })], {});
    assertEquals((await readForeign(folder))!.evaluations[0]!.unread, ["pair"]);
  }));

Deno.test("each filter is an evaluation of its own, and an example that is there twice is refused", () =>
  inFolder(async (folder) => {
    await writeLmEval(folder, [lmEvalSample(0, 1), lmEvalSample(0, 0, { filter: "strict" })]);
    assertEquals((await readForeign(folder))!.evaluations.map(({ parts }) => parts.filter), [
      "none",
      "strict",
    ]);
    await writeLmEval(folder, [lmEvalSample(0, 1), lmEvalSample(0, 0)]);
    const message = await refusal(folder);
    assertEquals(/\.jsonl:2: the example with doc_id 0 is there twice/.test(message), true, message);
  }));

Deno.test("promptfoo's errors are no wrong answers, and each provider and prompt is an evaluation", () =>
  inFolder(async (folder) => {
    const error = { failureReason: 2, error: "timeout", gradingResult: null };
    const earlier = { failureReason: undefined, error: "timeout", gradingResult: undefined };
    const rejected = { error: "Expected output to equal", namedScores: { tone: 0.5 } };
    const file = await writePromptfoo(join(folder, "out.json"), [
      promptfooResult(0, true),
      promptfooResult(1, false, error),
      promptfooResult(2, false, earlier),
      promptfooResult(3, false, rejected),
    ]);
    assertEquals(await scoresIn(file, "success"), [1, null, null, 0]);
    assertEquals(await scoresIn(file, "tone"), [undefined, undefined, undefined, 0.5]);
    await writePromptfoo(file, [
      promptfooResult(0, true),
      promptfooResult(0, true, { provider: "other:chat" }),
      promptfooResult(0, true, { prompt: { raw: "Q: question 0", label: "Q: {{question}}" }, promptIdx: 1 }),
    ]);
    assertEquals((await readForeign(file))!.evaluations.map(({ parts }) => Object.values(parts).join()), [
      "example:chat,Answer: {{question}}",
      "other:chat,Answer: {{question}}",
      "example:chat,Q: {{question}}",
    ]);
  }));

Deno.test("promptfoo's tests with the same variables and assertions are repeats, with other assertions other tests", () =>
  inFolder(async (folder) => {
    const { vars } = promptfooResult(0, true);
    const strict = { testCase: { vars, assert: [{ type: "equals", value: "strict" }] } };
    const lines = [
      promptfooResult(0, true),
      promptfooResult(0, false, { testIdx: 1 }),
      promptfooResult(0, true, { testIdx: 2, ...strict }),
    ];
    const file = join(folder, "out.jsonl");
    await Deno.writeTextFile(file, lines.map((one) => JSON.stringify(one)).join("\n"));
    const examples = (await readForeign(file))!.evaluations[0]!.samples.map(({ example }) => example);
    assertEquals(examples, [JSON.stringify(vars), JSON.stringify(vars), `${JSON.stringify(vars)} (2)`]);
  }));

Deno.test("grades of inspect_ai count as it counts them; texts, and failed samples, have no value", () =>
  inFolder(async (folder) => {
    const values = ["C", "I", "P", "N", true, 0.25, "0.5", "yes", null];
    const file = await writeInspect(
      join(folder, "log.json"),
      values.map((value, i) => inspectSample(i, value)),
    );
    assertEquals(await scoresIn(file, "match"), [1, 0, 0.5, 0, 1, 0.25, 0.5, 1, null]);
    const scores = { judge: { value: { style: 3, tone: 0.5 } }, label: { value: "refusal" } };
    await writeInspect(file, [
      inspectSample("a", "C", { scores }),
      inspectSample("b", "C", { scores: null, error: { message: "failed" } }),
    ]);
    const [evaluation] = (await readForeign(file))!.evaluations;
    assertEquals([...evaluation!.samples[0]!.scores], [["judge.style", 3], ["judge.tone", 0.5]]);
    assertEquals(evaluation!.samples.map(({ hasFailed }) => hasFailed), [false, true]);
    assertEquals(evaluation!.unread, ["label"]);
    assertEquals([...evaluation!.isHigherBetter], [["judge.style", null], ["judge.tone", true]]);
  }));

Deno.test("what is damaged, mixed or not read is refused by name, and other files are none of these programs'", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "notes.json"), '{ "results": [1] }');
    assertEquals(await readForeign(folder), undefined);
    await Deno.writeTextFile(join(folder, "binary.eval"), "PK\x03\x04 and more");
    const convert = await refusal(folder);
    assertEquals(convert.includes("inspect log convert") && convert.includes("--to json"), true, convert);
    await Deno.remove(join(folder, "binary.eval"));
    await writeInspect(join(folder, "log.json"), [inspectSample(1, "C"), inspectSample(1, "I")]);
    assertEquals((await refusal(folder)).includes("are there twice"), true);
    await writeInspect(join(folder, "log.json"), []);
    assertEquals((await refusal(folder)).includes("has no samples"), true);
    await writeInspect(join(folder, "log.json"), [inspectSample(1, "C")]);
    await Deno.writeTextFile(join(folder, "torn.json"), '{ "results": ');
    assertEquals((await refusal(folder)).includes("torn.json is not JSON"), true);
    await Deno.remove(join(folder, "torn.json"));
    const torn = join(folder, "torn.jsonl");
    await Deno.writeTextFile(torn, `${JSON.stringify(lmEvalSample(0, 1))}\n`);
    await Deno.writeFile(torn, Uint8Array.of(0xff), { append: true });
    const message = await refusal(torn);
    assertEquals(message.includes("torn.jsonl:2: its bytes are not utf-8"), true, message);
    await Deno.remove(torn);
    await writePromptfoo(join(folder, "out.json"), [promptfooResult(0, true)]);
    assertEquals((await refusal(folder)).includes("results of inspect_ai"), true);
  }));

Deno.test("inspect_ai: messages are the same question whatever their ids, which are new ones in every evaluation", () =>
  inFolder(async (folder) => {
    const question = async (id: string, content: string) => {
      const input = [{ id, content, source: "input", role: "user" }];
      const file = await writeInspect(join(folder, "log.json"), [inspectSample(1, "C", { input })]);
      return (await readForeign(file))!.evaluations[0]!.samples[0]!.question;
    };
    assertEquals(await question("Hb3", "one?"), await question("x7Q", "one?"));
    assertEquals(await question("Hb3", "one?") === await question("Hb3", "two?"), false);
  }));

Deno.test("inspect_ai: a score that was given before an error is not known, unless errors were to be scored", () =>
  inFolder(async (folder) => {
    const samples = [inspectSample(1, "C"), inspectSample(2, "C", { error: { message: "cut off" } })];
    const file = await writeInspect(join(folder, "log.json"), samples);
    assertEquals(await scoresIn(file, "match"), [1, null]);
    const evaluated = { task: "sums", model: "example/chat", config: { score_on_error: true } };
    await writeInspect(file, samples, { eval: evaluated });
    assertEquals(await scoresIn(file, "match"), [1, 1]);
  }));

Deno.test("a value that is no number is not known where the metric has numbers, too", () =>
  inFolder(async (folder) => {
    const file = await writeInspect(join(folder, "log.json"), [
      inspectSample(1, "C"),
      inspectSample(2, "maybe"),
    ]);
    assertEquals(await scoresIn(file, "match"), [1, null]);
    assertEquals((await readForeign(file))!.evaluations[0]!.unread, []);
    await Deno.remove(file);
    await writeLmEval(folder, [lmEvalSample(0, 1), lmEvalSample(1, [1, 2])]);
    assertEquals(await scoresIn(folder, "acc"), [1, null]);
  }));

Deno.test("lm-evaluation-harness: an empty file of samples is refused, and what --predict_only gives is no score", () =>
  inFolder(async (folder) => {
    await writeLmEval(folder, [lmEvalSample(0, 999, { metrics: ["bypass"], bypass: 999 })]);
    assertEquals((await readForeign(folder))!.evaluations[0]!.unread, ["bypass"]);
    await writeLmEval(folder, [], { task: "other" });
    const message = await refusal(folder);
    assertEquals(/samples_other_.*\.jsonl is empty/.test(message), true, message);
  }));

Deno.test("promptfoo: a provider that is there twice without a label is refused, and its own variables are none of a test", () =>
  inFolder(async (folder) => {
    const twice = [promptfooResult(0, true), promptfooResult(0, false, { promptIdx: 1 })];
    const file = await writePromptfoo(join(folder, "out.json"), twice);
    const message = await refusal(file);
    assertEquals(message.includes("results[1]: the provider") && message.includes("label"), true, message);
    const { vars } = promptfooResult(0, true) as { vars: Record<string, string> };
    const added = (id: string) => ({ vars: { ...vars, _conversation: [{ output: id }], __evalId: id } });
    await writePromptfoo(file, [
      promptfooResult(0, true, added("one")),
      promptfooResult(0, true, added("other")),
    ]);
    const examples = (await readForeign(file))!.evaluations[0]!.samples.map(({ example }) => example);
    assertEquals(examples, [JSON.stringify(vars), JSON.stringify(vars)]);
    await writePromptfoo(file, []);
    assertEquals((await refusal(file)).includes("has no results"), true);
  }));

Deno.test("a file that is damaged is named where nothing else is found, too", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "log.json"), '{ "status": ');
    for (const side of [folder, join(folder, "log.json")]) {
      assertEquals((await refusal(side)).includes("log.json is not JSON"), true);
    }
  }));

Deno.test({
  name: "a link to results elsewhere is refused, and one to what is in the folder anyway is passed over",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const [inside, elsewhere] = [join(folder, "inside"), join(folder, "elsewhere.json")];
      await Deno.mkdir(join(inside, "dated"), { recursive: true });
      await writeInspect(join(inside, "dated/log.json"), [inspectSample(1, "C")]);
      await Deno.symlink("dated", join(inside, "latest"));
      assertEquals((await readForeign(inside))!.evaluations.length, 1);
      await writeInspect(elsewhere, [inspectSample(1, "C")]);
      await Deno.symlink(elsewhere, join(inside, "other.json"));
      assertEquals((await refusal(inside)).includes("other.json is a link, which is not followed"), true);
    }),
});
