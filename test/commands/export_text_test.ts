import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { causalTokens, seq2seqTokens } from "../compiler/backend/hub_generation.ts";
import { call, inFolder, readLines } from "./softprompt.ts";
import { writeCausalModel, writeTextModel } from "./text_model.ts";

const COUNT = 3;

/** Runs an experiment with a model in the folder `own`, and gives the run's folder. */
async function ran(folder: string, changes: Record<string, unknown>): Promise<string> {
  const lines = Array.from({ length: 40 }, (_, i) => {
    const answer = ["good", "bad", "great", "dull"][i % 4];
    return JSON.stringify({ text: `${i % 2 ? "the" : "a"} film was ${answer}`, answer });
  });
  await Deno.writeTextFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
  const file = join(folder, "experiment.yaml");
  const experiment = {
    name: "free",
    model: { source: "own" },
    dataset: { file: "data.jsonl", split: { test: 0.3, validation: 0.2 } },
    prompt: {
      kind: "soft",
      length: 3,
      insertion: "word-embeddings",
      template: "{prompt} what is {text} answer",
    },
    answer: { kind: "text", target: "{answer}" },
    training: { batchSize: 8, epochs: 2, optimizer: { learningRate: 0.3 } },
    evaluation: { generate: { maxTokens: COUNT } },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return join(folder, "free");
}

async function exported(run: string, out: string, ...flags: string[]) {
  return await call(["export", run, "--out", out, ...flags]);
}

const json = async (path: string) => JSON.parse(await Deno.readTextFile(path));

/** The run's answers as tokens, and its texts as the exported tokenizer reads them. */
async function answersOf(run: string, out: string) {
  const tokenizer = await readTokenizer(out);
  const lines = await readLines(join(run, "predictions.jsonl"));
  return {
    texts: lines.map(({ text }) => [...tokenizer.encode(String(text)), ...tokenizer.suffix]),
    expected: lines.map(({ generated }) => tokenizer.encode(String(generated))),
  };
}

/** The words of an answer: up to its end token, without special tokens and ids that the tokenizer has no word for. */
function wordsIn(ids: readonly number[]): number[] {
  const end = ids.indexOf(1);
  return ids.slice(0, end < 0 ? ids.length : end).filter((id) => id > 3 && id < 24);
}

Deno.test("a run of an encoder-decoder whose answers are free texts is exported as a generator and as an adapter", () =>
  inFolder(async (folder) => {
    await writeTextModel(join(folder, "own"), "t5");
    const run = await ran(folder, {});
    const out: string = join(folder, "out");
    const onnx = await exported(run, out, "--format", "onnx");
    assertEquals(onnx.code, 0, onnx.stderr);
    const file = (name: string) => Deno.readFile(join(out, "onnx", name));
    const { texts, expected } = await answersOf(run, out);
    assertEquals(texts.length, 12);
    const found = await seq2seqTokens(
      await file("encoder_model.onnx"),
      await file("decoder_model_merged.onnx"),
      texts,
      { start: 0, count: COUNT },
    );
    assertEquals(found.map(wordsIn), expected);
    assert(expected.flat().length > 0);
    const { eos_token_id } = await json(join(out, "generation_config.json"));
    assertEquals(eos_token_id, [1]);
    const adapter = await exported(run, join(folder, "adapter"), "--format", "peft");
    assertEquals(adapter.code, 0, adapter.stderr);
    const said = await json(join(folder, "adapter/adapter_config.json"));
    assertEquals([said.task_type, said.num_transformer_submodules], ["SEQ_2_SEQ_LM", 1]);
    const card = await Deno.readTextFile(join(folder, "adapter/README.md"));
    for (const part of ["AutoModelForSeq2SeqLM", "at most 3 tokens"]) assertStringIncludes(card, part);
    const cache = await exported(run, join(folder, "cache"), "--format", "cache");
    assertEquals(cache.code, 2);
    assertStringIncludes(cache.stderr, "is a run of an encoder-decoder");
  }));

Deno.test("a classifier whose template ends with the text is not exported, nor a cache of one", () =>
  inFolder(async (folder) => {
    await writeCausalModel(join(folder, "own"));
    const run = await ran(folder, {
      dataset: { file: "data.jsonl", label: "answer", split: { test: 0.3, validation: 0.2 } },
      prompt: { kind: "hard", template: "what is {text}" },
      answer: undefined,
      training: undefined,
      evaluation: {},
      verbalizer: Object.fromEntries(["good", "bad", "great", "dull"].map((word) => [word, [word]])),
    });
    const onnx = await exported(run, join(folder, "out"), "--format", "onnx");
    assertEquals(onnx.code, 2);
    assertStringIncludes(onnx.stderr, "the answer has no fixed place: end it with words");
    const cache = await exported(run, join(folder, "out"), "--format", "cache");
    assertEquals(cache.code, 2);
    assertStringIncludes(cache.stderr, "classifies, and a cache is for programs that write texts");
  }));

Deno.test("a run of a causal model whose answers are free texts is exported as a generator and as a cache", () =>
  inFolder(async (folder) => {
    await writeCausalModel(join(folder, "own"));
    const run = await ran(folder, {});
    const out: string = join(folder, "out");
    const onnx = await exported(run, out, "--format", "onnx");
    assertEquals(onnx.code, 0, onnx.stderr);
    const { texts, expected } = await answersOf(run, out);
    const found = await causalTokens(await Deno.readFile(join(out, "onnx/model.onnx")), texts, COUNT);
    assertEquals(found.map(wordsIn), expected);
    assert(expected.flat().length > 0);
    const cache: string = join(folder, "cache");
    assertEquals((await exported(run, cache, "--format", "cache")).code, 0);
    const { tensors, metadata } = readSafetensors(
      await Deno.readFile(join(cache, "past_key_values.safetensors")),
    );
    // Three vectors, and "what is".
    assertEquals([metadata.tokens, tensors["past_key_values.0.key"]!.dims], ["5", [1, 2, 5, 8]]);
    const dtype = await exported(run, cache, "--format", "cache", "--dtype", "q8");
    assertEquals(dtype.code, 2);
    assertStringIncludes(dtype.stderr, "keys and values are in float32");
  }));
