import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { exportedProbabilities } from "./exported.ts";
import { call, inFolder, readLines } from "./softprompt.ts";
import { writeSmallModel } from "./small_model.ts";
import { writeCausalModel, writeTextModel } from "./text_model.ts";

const TEMPLATES = {
  masked: "{prompt} {text} it was {mask} .",
  causal: "{prompt} {text} it was",
  "encoder-decoder": "{prompt} {text} it was",
};

/** A small model of a kind, labelled texts of several lengths, and a run whose classes are texts of different lengths. */
async function ran(
  folder: string,
  kind: keyof typeof TEMPLATES,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const own: string = join(folder, "own");
  if (kind === "masked") await writeSmallModel(own);
  else if (kind === "causal") await writeCausalModel(own);
  else await writeTextModel(own, "t5");
  const lines = Array.from({ length: 40 }, (_, i) => {
    const word = ["good", "bad", "great", "dull"][i % 4]!;
    const tail = i % 5 === 0 ? " and fun" : i === 7 ? " and the plot was slow".repeat(12) : "";
    return `the ${["film", "plot", "story"][i % 3]} was ${word}${tail}\tit was ${word}\t${
      i % 2 === 0 ? "yes" : "no"
    }`;
  });
  await Deno.writeTextFile(join(folder, "data.tsv"), `text\tlabel_text\tlabel\n${lines.join("\n")}\n`);
  const file = join(folder, "experiment.yaml");
  const experiment = {
    name: "run",
    model: { source: "own" },
    dataset: { file: "data.tsv", split: { test: 0.5, validation: 0.2 } },
    prompt: { kind: "soft", length: 3, insertion: "word-embeddings", template: TEMPLATES[kind] },
    answer: { kind: "text", normalize: kind === "causal" ? "tokens" : "none" },
    verbalizer: { yes: ["very good", "great"], no: ["bad"] },
    training: { batchSize: 8, epochs: 1, optimizer: { learningRate: 0.3 } },
    evaluation: { calibrate: ["contextual"], contentFree: ["the film", ""] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return join(folder, "run");
}

const exported = (run: string, out: string, ...flags: string[]) =>
  call(["export", run, "--out", out, ...flags]);

/** Compares an exported classifier in plain ONNX Runtime with the run's predictions, in batches padded on either side. */
async function compare(run: string, out: string): Promise<void> {
  const lines = await readLines(join(run, "predictions.jsonl"));
  const texts = lines.map(({ text }) => String(text));
  assert(texts.length === 20 && new Set(texts.map((text) => text.length)).size > 3);
  for (const side of ["right", "left"] as const) {
    const found = await exportedProbabilities(out, texts, { side });
    for (const [i, { probabilities }] of lines.entries()) {
      const { yes } = Object(probabilities);
      assertAlmostEquals(found[i]![0]!, yes, 1e-4, `${side}: ${texts[i]}`);
    }
  }
}

for (const kind of ["masked", "causal", "encoder-decoder"] as const) {
  Deno.test(`a run of classes by likelihood of a ${kind} model is exported as a classifier that gives the same`, () =>
    inFolder(async (folder) => {
      const out = join(folder, "out");
      const run = await ran(folder, kind);
      const { code, stderr } = await exported(run, out, "--format", "onnx");
      assertEquals(code, 0, stderr);
      await compare(run, out);
      const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
      assertEquals(config.id2label, { 0: "yes", 1: "no" });
      assertEquals(config.model_type === "distilbert", kind !== "masked");
      assertEquals(config.softprompt.answer.choose, "likelihood");
      const adapter = await exported(run, join(folder, "adapter"), "--format", "peft");
      assertEquals(adapter.code, 0, adapter.stderr);
      const card = await Deno.readTextFile(join(folder, "adapter/README.md"));
      assertStringIncludes(card, "- yes: `very good`, `great`");
      const cache = await exported(run, join(folder, "cache"), "--format", "cache");
      assertEquals(cache.code, 2);
      assertStringIncludes(cache.stderr, "classifies, and a cache is for programs that write texts");
    }));
}

Deno.test("a hard prompt that ends with the text, and one with examples, are exported by likelihood", () =>
  inFolder(async (folder) => {
    for (const prompt of [{ template: "was it {text}" }, { template: "{text} it was", examples: 2 }]) {
      const out = join(folder, "out");
      const run = await ran(folder, "causal", { prompt: { kind: "hard", ...prompt }, training: undefined });
      assertEquals((await exported(run, out, "--format", "onnx")).code, 0);
      const lines = await readLines(join(run, "predictions.jsonl"));
      const texts = lines.map(({ text }) => String(text));
      const found = await exportedProbabilities(out, texts);
      for (const [i, { probabilities }] of lines.entries()) {
        assertAlmostEquals(found[i]![0]!, Object(probabilities).yes, 1e-4);
      }
    }
  }));

Deno.test("a template with several columns is not exported by likelihood, with the reason", () =>
  inFolder(async (folder) => {
    const run = await ran(folder, "causal", {
      prompt: { kind: "hard", template: "{text} {label_text} it was" },
      evaluation: {},
      training: undefined,
    });
    const { code, stderr } = await exported(run, join(folder, "out"), "--format", "onnx");
    assertEquals(code, 2);
    assertStringIncludes(stderr, "takes one text, but the template has text and label_text");
  }));
