import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { chooseDevice } from "../../src/device/choose.ts";
import { readSafetensors } from "../../src/device/safetensors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { generatorFiles } from "../../src/formats/generator.ts";
import { promptCache } from "../../src/formats/prompt_cache.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import type { ReadingCard } from "../../src/model/card.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { type Asked, causalTokens, seq2seqTokens } from "../compiler/backend/hub_generation.ts";
import { TextGenerator } from "../../src/generator/text_generator.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { openModel } from "../../src/model/open_model.ts";
import { type GenerationModel, MODELS, promptOf } from "../generator/generation_model.ts";

const device = await chooseDevice("cpu", () => {});
const COUNT = 6;
/** A text without words, one of one word, two of several, and one that is too long. */
const TEXTS = [
  "",
  "w7",
  "w5 w9 w11 w13",
  "w7 w4 w8",
  Array.from({ length: 60 }, (_, i) => `w${4 + i % 30}`).join(" "),
];

interface Case {
  readonly name: "t5" | "gpt2";
  readonly model: GenerationModel;
  readonly card: ReadingCard;
  readonly template: string;
  readonly files?: readonly string[];
}

const SEQ2SEQ: ReadingCard = { kind: "encoder-decoder", positions: 24, firstPosition: 0 };
const CAUSAL: ReadingCard = { kind: "causal", positions: 32, firstPosition: 0 };
const CASES: readonly Case[] = [
  { name: "t5", model: MODELS.models.t5, card: SEQ2SEQ, template: "w4 {prompt} {text} w6" },
  {
    name: "t5",
    model: MODELS.models.t5,
    card: SEQ2SEQ,
    template: "{prompt} {text}",
    files: ["encoder_model.onnx", "decoder_model.onnx"],
  },
  { name: "gpt2", model: MODELS.models.gpt2, card: CAUSAL, template: "{prompt} w4 {text} w6" },
];

/** Words `w4`, `w5`, …, as many as the models know, and the end token after a text that an encoder reads. */
function tokenizerJson({ kind }: ReadingCard) {
  const special = ["<pad>", "</s>", "<s>", "<unk>"];
  const flags = { special: true, single_word: false, lstrip: false, rstrip: false, normalized: false };
  const words = Array.from({ length: 44 }, (_, i) => `w${i + 4}`);
  return {
    added_tokens: special.map((content, id) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: kind === "causal" ? null : {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [],
      special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } },
    },
    decoder: null,
    model: {
      type: "WordLevel",
      unk_token: "<unk>",
      vocab: Object.fromEntries([...special, ...words].map((word, id) => [word, id])),
    },
  };
}

/** A model of the fixture in a folder of its own, and its generator. */
async function opened({ name, model, card, template, files }: Case) {
  const folder = await Deno.makeTempDir();
  const from = `test/fixtures/generation/${name}/onnx`;
  await Deno.mkdir(join(folder, "onnx"));
  for await (const { name } of Deno.readDir(from)) {
    if (files?.includes(name) ?? true) await Deno.copyFile(join(from, name), join(folder, "onnx", name));
  }
  const json = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await json("tokenizer.json", tokenizerJson(card));
  await json("tokenizer_config.json", { eos_token: "</s>", unk_token: "<unk>" });
  await json("config.json", { architectures: ["TestForCausalLM"], prefix: "translate: ", do_sample: true });
  const log = logDownloads(() => {});
  const found = await openModel({ source: folder, file: "onnx/model.onnx" }, "./", log, { generates: true });
  const generator = await TextGenerator.open(found, device, {
    insertion: "word-embeddings",
    tokens: { start: 0, ends: [] },
    log: () => {},
  });
  const pieces = parseTemplate(template, model.prompt.dims[0]!);
  return {
    generator,
    found,
    encoder: new TemplateEncoder(pieces, found.tokenizer, card, "together"),
    [Symbol.asyncDispose]: async () => {
      await generator[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The bytes of the graphs among files. */
function sizeOf(files: Readonly<Record<string, string | Uint8Array>>): number {
  return Object.values(files).reduce((sum, one) => sum + (typeof one === "string" ? 0 : one.length), 0);
}

for (const one of CASES) {
  Deno.test(`an exported ${one.name} writes what the run writes: ${one.template}`, async () => {
    await using run = await opened(one);
    const { generator, found, encoder } = run;
    const vectors = promptOf(one.model.prompt);
    const encoded = TEXTS.map((text) => {
      const tokens = encoder.tokensOf({ text });
      return encoder.encodeTokens({ text }, tokens, one.card.kind === "causal" ? COUNT : 0);
    });
    assert(encoded.some(({ truncated }) => truncated > 0));
    const options = { maxTokens: COUNT, stop: [], beams: 1, batchSize: 8 };
    const expected = (await generator.generate(encoded, vectors, options)).map(({ ids }) => ids);
    const out = await Deno.makeTempDir();
    const parts = {
      model: found,
      card: one.card,
      encoder,
      column: "text",
      clean: "none",
      prompt: { vectors, insertion: "word-embeddings" },
      texts: TEXTS,
      maxTokens: COUNT,
      tokens: { start: 0, ends: [1] },
      about: { template: one.template, content_hash: "hash" },
    } as const;
    const files = await generatorFiles({ ...parts, dtype: "fp32" });
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "string") await Deno.writeTextFile(join(out, name), content);
    }
    const tokenizer = await readTokenizer(out);
    const config = JSON.parse(String(files["config.json"]));
    assertEquals([config.prefix, config.do_sample, config.softprompt.content_hash], [
      undefined,
      undefined,
      "hash",
    ]);
    assertEquals(JSON.parse(String(files["generation_config.json"])), {
      decoder_start_token_id: 0,
      eos_token_id: [1],
    });
    const { model_max_length: most } = JSON.parse(String(files["tokenizer_config.json"]));
    const rows = TEXTS.map((text) => [
      ...tokenizer.encode(text).slice(0, most - tokenizer.suffix.length),
      ...one.card.kind === "causal" ? [] : tokenizer.suffix,
    ]);
    const asked = (own: typeof files, ending: string, texts: Asked) => {
      const file = (name: string) => own[`onnx/${name}${ending}.onnx`] as Uint8Array;
      return one.card.kind === "causal"
        ? causalTokens(file("model"), texts, COUNT)
        : seq2seqTokens(file("encoder_model"), file("decoder_model_merged"), texts, {
          start: 0,
          count: COUNT,
        });
    };
    assertEquals(await asked(files, "", rows), expected);
    assertEquals(await asked(files, "", [rows[2]!]), [expected[2]]);
    for (const [dtype, ending] of [["fp16", "_fp16"], ["q8", "_quantized"]] as const) {
      const smaller = await generatorFiles({ ...parts, dtype });
      assert(sizeOf(smaller) < sizeOf(files), `${dtype}: ${sizeOf(smaller)} of ${sizeOf(files)} bytes`);
      const found = await asked(smaller, ending, rows);
      const same = found.flat().filter((id, i) => id === expected.flat()[i]).length;
      assert(same >= 0.5 * expected.flat().length, `${dtype}: ${same} of ${expected.flat().length}`);
    }
    await Deno.remove(out, { recursive: true });
  });
}

Deno.test("a causal model's prompt elsewhere than in front is not exported", async () => {
  await using run = await opened({ ...CASES[2]!, template: "w4 {prompt} {text}" });
  const vectors = promptOf(MODELS.models.gpt2.prompt);
  const parts = { model: run.found, card: CAUSAL, encoder: run.encoder, about: {} };
  const prompt = { vectors, insertion: "word-embeddings" } as const;
  await assertRejects(
    () =>
      generatorFiles({
        ...parts,
        prompt,
        column: "text",
        clean: "none",
        texts: [],
        dtype: "fp32",
        maxTokens: 4,
        tokens: { start: undefined, ends: [1] },
      }),
    InputError,
    "begin the template with {prompt}",
  );
  await assertRejects(() => promptCache({ ...parts, prompt }, device), InputError, "begin the template");
});

Deno.test("a causal model that is not to repeat itself is not exported: others would count the text's tokens", async () => {
  await using run = await opened(CASES[2]!);
  const rules = { repetition_penalty: 1.1, min_length: 0, begin_suppress_tokens: [3] };
  await Deno.writeTextFile(join(run.found.folder, "generation_config.json"), JSON.stringify(rules));
  await assertRejects(
    () =>
      generatorFiles({
        model: run.found,
        card: CAUSAL,
        encoder: run.encoder,
        about: {},
        prompt: { vectors: promptOf(MODELS.models.gpt2.prompt), insertion: "word-embeddings" },
        column: "text",
        clean: "none",
        texts: [],
        dtype: "fp32",
        maxTokens: 4,
        tokens: { start: undefined, ends: [1] },
      }),
    InputError,
    "the model's files ask for repetition_penalty, which other programs count a text's own tokens for",
  );
});

Deno.test("a prompt's keys and values are those that the model keeps of it before a text", async () => {
  const one = CASES[2]!;
  await using run = await opened(one);
  const vectors = promptOf(one.model.prompt);
  const bytes = await promptCache({
    model: run.found,
    card: CAUSAL,
    encoder: run.encoder,
    prompt: { vectors, insertion: "word-embeddings" },
    about: { template: one.template },
  }, device);
  const { tensors, metadata } = readSafetensors(bytes);
  const tokens = one.model.prompt.dims[0]! + 1;
  assertEquals(metadata, { template: one.template, tokens: String(tokens), next_position: String(tokens) });
  // From the cache the model's own file goes on with the text as the run does.
  const text = run.encoder.tokenizer.encode("w5 w9 w11 w6");
  const own = await Deno.readFile(run.found.onnx);
  const found = await causalTokens(own, [text], COUNT, tensors);
  const encoded = run.encoder.encode({ text: "w5 w9 w11" });
  const options = { maxTokens: COUNT, stop: [], beams: 1, batchSize: 8 };
  const [expected] = await run.generator.generate([encoded], vectors, options);
  assertEquals(found, [[...expected!.ids]]);
});
