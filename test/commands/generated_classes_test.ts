import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError, loadRun } from "softprompt";
import { answersIn, ran } from "./answers_of_run.ts";
import { serving } from "./serving.ts";
import { call, inFolder, readLines } from "./softprompt.ts";
import { writeTextModel } from "./text_model.ts";

/** Texts that the small model does write. */
const VERBALIZER = { yes: ["very", "great"], no: ["it", "is"] };

interface Answer {
  readonly text: string;
  readonly label: string;
  readonly predicted: string | null;
  readonly generated: string;
  readonly targets: readonly string[];
  readonly score: Readonly<Record<string, number>>;
  readonly nll: number;
  readonly tokens: number;
}

/** A small encoder-decoder, labelled texts, and an experiment whose classes are found by the text that the model generates. */
async function written(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  await writeTextModel(join(folder, "own"), "t5");
  const lines = Array.from({ length: 60 }, (_, i) => {
    const words = ["good", "bad", "great", "dull", "fun", "slow"];
    return `the ${["film", "plot", "story"][i % 3]} was ${words[i % 6]}\t${i % 2 === 0 ? "yes" : "no"}`;
  });
  await Deno.writeTextFile(join(folder, "data.tsv"), `text\tlabel\n${lines.join("\n")}\n`);
  const file = join(folder, "experiment.yaml");
  const experiment = {
    name: "classes",
    model: { source: "own" },
    dataset: { file: "data.tsv", split: { test: 0.3, validation: 0.2 } },
    prompt: { kind: "soft", length: 3, template: "{prompt} {text} answer" },
    answer: { kind: "text", choose: "generate" },
    verbalizer: VERBALIZER,
    training: { batchSize: 8, epochs: 10, optimizer: { learningRate: 1 }, logEvery: 3, best: "loss" },
    evaluation: { generate: { maxTokens: 3 }, samples: [{ text: "the film was slow", label: "no" }] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}

const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("the class is that whose text is generated: tuned, measured, shown, compared", () =>
  inFolder(async (folder) => {
    const shown = await ran(await written(folder), folder);
    assertStringIncludes(shown, "test accuracy");
    const own = join(folder, "classes");
    const answers = await answersIn<Answer>(own);
    const { test, validation, majority } = await read(join(own, "metrics.json"));
    assertEquals([test.examples, answers.length, validation.examples], [18, 18, 12]);
    for (const { label, predicted, generated, targets } of answers) {
      assertEquals(targets, VERBALIZER[label === "yes" ? "yes" : "no"]);
      const is = Object.entries(VERBALIZER).find(([, texts]) => texts.includes(generated.trim()));
      assertEquals(predicted, is?.[0] ?? null);
    }
    const share = (is: (one: Answer) => boolean) => answers.filter(is).length / answers.length;
    assertAlmostEquals(test.accuracy.value, share(({ label, predicted }) => label === predicted), 1e-12);
    assertAlmostEquals(test.illegal_rate, share(({ predicted }) => predicted === null), 1e-12);
    assertEquals(test.exact_match.value, test.accuracy.value);
    assertEquals(test.confusion.classes, ["yes", "no"]);
    assertEquals(
      test.confusion.counts.flat().reduce((sum: number, one: number) => sum + one, 0),
      answers.filter(({ predicted }) => predicted !== null).length,
    );
    assertEquals(Object.keys(majority), ["class", "accuracy"]);
    const validated = (await readLines(join(own, "history.jsonl"))).flatMap((line) => line.validation ?? []);
    assertEquals(Object.keys(Object(validated[0])).slice(0, 2), ["accuracy", "macro_f1"]);
    const [sample] = await readLines(join(own, "samples.jsonl"));
    assertEquals(Object.keys(sample!), ["text", "generated", "label", "predicted"]);
    const { dataset } = await read(join(own, "environment.json"));
    assertEquals(dataset.classes.test, { yes: 9, no: 9 });
    assertStringIncludes(await Deno.readTextFile(join(own, "report.html")), "illegal");
    assertStringIncludes(await ran(await written(folder), folder), "nothing has changed since the results");
    const hard = { kind: "hard", template: "{text} answer" };
    const untuned = await ran(
      await written(folder, { name: "hard", prompt: hard, training: undefined }),
      folder,
    );
    assertStringIncludes(untuned, "to none of the 18 test texts the model wrote a text of a class");
    const { test: before } = await read(join(folder, "hard/metrics.json"));
    assertEquals([before.accuracy.value, before.illegal_rate], [0, 1]);
    assert(test.accuracy.value > 0 && test.illegal_rate > 0, JSON.stringify(test));
  }));

Deno.test("what generating classes costs is in the plan", () =>
  inFolder(async (folder) => {
    const { code, stdout, stderr } = await call(["validate", await written(folder), "--results", folder]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      stdout,
      "classes generates up to 3 tokens for each text: 30 texts at the end, and 12 validation texts 10 times during training",
    );
  }));

Deno.test("classes that no generated text could tell apart, or that would be cut, are refused", () =>
  inFolder(async (folder) => {
    const refused = async (changes: Record<string, unknown>) => {
      const { code, stderr } = await call(["validate", await written(folder, changes)]);
      assertEquals(code, 2);
      return stderr;
    };
    assertStringIncludes(
      await refused({ verbalizer: { yes: ["very good"], no: ["the very good"] } }),
      "'the very good' and 'very good' of the class 'yes' are the same without case, punctuation, articles and blanks",
    );
    assertStringIncludes(
      await refused({
        verbalizer: { yes: ["very good"], no: ["bad"] },
        evaluation: { generate: { maxTokens: 1 } },
      }),
      "the texts of the classes have up to 2 tokens, and 'evaluation.generate.maxTokens: 1' generates fewer: set it to at least 2",
    );
    assertStringIncludes(
      await refused({ ensemble: { sweep: "seed" }, sweep: { seed: [0, 1] } }),
      "'ensemble' goes with",
    );
    assertStringIncludes(
      await refused({ tune: "all", prompt: { kind: "hard", template: "{text}" } }),
      "'tune: all'",
    );
    assertStringIncludes(
      await refused({ evaluation: { generate: { maxTokens: 3 }, calibrate: ["contextual"] } }),
      "'evaluation.calibrate' goes with",
    );
  }));

Deno.test("two runs of generated classes are compared by the class, with McNemar's test, and exported", () =>
  inFolder(async (folder) => {
    await ran(
      await written(folder, { training: { batchSize: 8, epochs: 1, classWeights: "balanced" } }),
      folder,
    );
    const early = { batchSize: 8, epochs: 2, earlyStopping: { metric: "macroF1", patience: 1 } };
    const elsewhere = { generate: { maxTokens: 3 }, transfer: [{ file: "data.tsv", as: "again" }] };
    await ran(await written(folder, { name: "b", training: early, evaluation: elsewhere }), folder);
    const { transfer } = await read(join(folder, "b/metrics.json"));
    assertEquals(transfer.again.examples, 60);
    const diff = await call(["diff", join(folder, "classes"), join(folder, "b"), "--format", "json"]);
    const { metrics } = JSON.parse(diff.stdout);
    assertEquals(Object.keys(metrics), [
      "accuracy",
      "macro_f1",
      "token_f1",
      "rouge_l",
      "loss",
      "illegal_rate",
    ]);
    assertEquals(metrics.accuracy.test, "exact McNemar");
    await ran(
      await written(folder, {
        name: "likely",
        answer: { kind: "text" },
        evaluation: {},
        training: { batchSize: 8, epochs: 1 },
      }),
      folder,
    );
    const likely = await call(["diff", join(folder, "likely"), join(folder, "b"), "--format", "json"]);
    assertEquals(Object.keys(JSON.parse(likely.stdout).metrics), ["accuracy", "macro_f1"], likely.stderr);
    const out = join(folder, "out");
    const exported = await call(["export", join(folder, "b"), "--format", "onnx", "--out", out]);
    assertEquals(exported.code, 0, exported.stderr);
    for (const format of ["text", "markdown", "html"]) {
      for (const [one, areGenerated] of [["classes", true], ["likely", false]] as const) {
        const shown = await call(["diff", join(folder, one), join(folder, "b"), "--format", format]);
        assertEquals(shown.code, 0, shown.stderr);
        assertStringIncludes(shown.stdout, "macro F1");
        // The scripts of a page have all phrases.
        const body = shown.stdout.replaceAll(/<script[^]*?<\/script>/g, "");
        assertEquals(/texts? with another answer/.test(body), areGenerated, format);
      }
    }
  }));

Deno.test("predict, loadRun and serve answer with the class of the generated text, as the run's evaluation did", () =>
  inFolder(async (folder) => {
    await ran(await written(folder), folder);
    const own = join(folder, "classes");
    const answers = await answersIn<Answer>(own);
    const file = join(folder, "texts.jsonl");
    const rows = answers.map(({ text, label }) => JSON.stringify({ text, label }));
    await Deno.writeTextFile(file, `${rows.join("\n")}\n`);
    const { code, stdout, stderr } = await call(["predict", own, "--file", file]);
    assertEquals(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(Object.keys(lines[0]!), [
      "text",
      "label",
      "generated",
      "predicted",
      "ended_by",
      "log_probability",
    ]);
    const { test } = await read(join(own, "metrics.json"));
    for (const [i, { generated, predicted }] of lines.entries()) {
      assertEquals([generated, predicted], [answers[i]!.generated, answers[i]!.predicted]);
    }
    assertStringIncludes(stderr, `accuracy ${(100 * test.accuracy.value).toFixed(1)}% (95% interval`);
    const illegal = answers.filter(({ predicted }) => predicted === null).length;
    assert(illegal > 0);
    assertStringIncludes(stderr, `${illegal} of 18 answers are the text of no class`);
    const table = await call(["predict", own, "--file", file, "--format", "csv"]);
    assertStringIncludes(table.stdout, "text,label,generated,predicted,ended_by,log_probability");
    await assertRejects(() => loadRun(own), InputError, "('answer.choose: generate'): load it with");
    const loaded = await loadRun(own, { answers: "texts" });
    const found = await loaded.answer(answers.map(({ text }) => text));
    await loaded.release();
    assertEquals(loaded.classes, ["yes", "no"]);
    assertEquals(found.map(({ predicted }) => predicted), answers.map(({ predicted }) => predicted));
    await serving([own, "--results", folder], async (url) => {
      for (const { text, generated, predicted } of answers.slice(0, 3)) {
        const response = await fetch(new URL("answer", url), {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ text }),
        });
        const end = JSON.parse((await response.text()).trimEnd().split("\n").at(-1)!);
        assertEquals([end.generated, end.predicted], [generated, predicted]);
      }
    });
    await Deno.writeTextFile(file, "");
    const empty = await call(["predict", own, "--file", file]);
    assertStringIncludes(empty.stderr, "there are no texts in ");
  }));
