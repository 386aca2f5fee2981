import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import {
  CompileError,
  compileGeneration,
  type Constant,
  exportCausal,
  exportDecoder,
  exportEncoder,
  readOnnxFile,
} from "../../../src/compiler/mod.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { chooseDevice } from "../../../src/device/choose.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { encoded, type GenerationModel, MODELS, openGenerator } from "../../generator/generation_model.ts";
import { causalTokens, seq2seqTokens } from "./hub_generation.ts";

const FOLDER = "test/fixtures/generation";
const { t5, gpt2 } = MODELS.models;
const END = 1;

const read = (path: string) => Deno.readFile(path);
const region = (bytes: Map<string, Uint8Array>) =>
({ path, offset, length }: {
  path: string;
  offset: number;
  length: number;
}) => bytes.get(path)!.subarray(offset, offset + length);

function vectorsOf({ prompt: { dims, data } }: GenerationModel): Constant {
  return { type: "float32", dims, bytes: new Uint8Array(Float32Array.from(data).buffer) };
}

/** Tokens before or after a text, all of which take positions. */
const side = (ids: readonly number[]) => ({ ids, counted: ids.map(() => true) });

/** The first tokens, up to the end token: what follows it is not part of a text. */
function assertBegins(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]) {
  for (const [i, ids] of expected.entries()) assertEquals(found[i]!.slice(0, ids.length), ids, `text ${i}`);
}

async function t5Encoder(room?: number) {
  const [path, decoder] = [`${FOLDER}/t5/onnx/encoder_model.onnx`, `${FOLDER}/t5/onnx/decoder_model.onnx`];
  const files = new Map([[path, await read(path)], [decoder, await read(decoder)]]);
  const { encoder } = compileGeneration(files.get(path)!, path, {
    insertion: "word-embeddings",
    decoder: { bytes: files.get(decoder)!, path: decoder },
  });
  const [length] = t5.prompt.dims;
  const rows = Array.from({ length: length! }, (_, at) => at);
  return exportEncoder(
    encoder!,
    {
      before: side(rows.map(() => 0)),
      after: side([END]),
      promptRows: rows.map((at) => ({ side: "before", at })),
      firstPosition: 0,
      special: [END],
      room,
    },
    { prompt: vectorsOf(t5) },
    readOnnxFile(files.get(decoder)!, decoder),
    region(files),
  );
}

for (const name of ["decoder_model_merged.onnx", "decoder_model.onnx"]) {
  Deno.test(`an encoder with its prompt and ${name} write what transformers' generate does, in one batch`, async () => {
    const path = `${FOLDER}/t5/onnx/${name}`;
    const decoder = exportDecoder(readOnnxFile(await read(path), path));
    const encoder = await t5Encoder();
    const count = MODELS.greedy_tokens;
    for (const side of ["left", "right"] as const) {
      const ended = t5.texts.map((text) => [...text, END]);
      assertBegins(await seq2seqTokens(encoder, decoder, ended, { start: 0, count, side }), t5.greedy);
    }
    assert(new Set(t5.greedy.flat()).size > 2);
    const [alone] = await seq2seqTokens(encoder, decoder, [t5.texts[1]!], { start: 0, count });
    assertBegins([alone!], [t5.greedy[1]!]);
  });
}

Deno.test("a text that is too long for an encoder is cut, and one without tokens is read", async () => {
  const path = `${FOLDER}/t5/onnx/decoder_model_merged.onnx`;
  const decoder = exportDecoder(readOnnxFile(await read(path), path));
  const tokens = async (room: number | undefined, texts: readonly (readonly number[])[]) =>
    await seq2seqTokens(await t5Encoder(room), decoder, texts, { start: 0, count: 4 });
  const long = [5, 9, 11, 7, 3, 8];
  assertEquals(
    await tokens(3, [[...long, END], [4, END]]),
    await tokens(undefined, [[5, 9, 11, END], [4, END]]),
  );
  const [nothing] = await tokens(undefined, [[END], [4, END]]);
  assertEquals((await tokens(undefined, [[END]]))[0], nothing);
});

Deno.test("a causal model with its prompt writes what transformers' generate does, in one batch", async () => {
  const path = `${FOLDER}/gpt2/onnx/model.onnx`;
  const file = readOnnxFile(await read(path), path);
  const length = gpt2.prompt.dims[0]!;
  const prompt = {
    before: side(Array<number>(length).fill(0)),
    after: side([]),
    vectors: { rows: vectorsOf(gpt2), insertion: "word-embeddings" },
    firstPosition: 0,
  } as const;
  const exported = exportCausal(file, prompt);
  const count = MODELS.greedy_tokens;
  assertBegins(await causalTokens(exported, gpt2.texts, count), gpt2.greedy);
  assertBegins(await causalTokens(exported, [gpt2.texts[1]!], count), [gpt2.greedy[1]!]);
  // The same text may be split between the template and what is given.
  const text = gpt2.texts.find((one) => one.length > 2)!;
  const around = exportCausal(file, {
    ...prompt,
    before: side([...prompt.before.ids, text[0]!]),
    after: side([text.at(-1)!]),
  });
  const expected = gpt2.greedy[gpt2.texts.indexOf(text)]!;
  const found = await causalTokens(around, [text.slice(1, -1), [3, ...text.slice(1, -1), 7]], count);
  assertBegins(found, [expected]);
  const whole = exportCausal(file, { ...prompt, before: side([...prompt.before.ids, ...text]) });
  assertBegins(await causalTokens(whole, [[]], count), [expected]);
});

/** Keys and values of fewer heads than queries; and vectors after the embedding layer, which has added positions to the text alone. */
const OTHERS = [
  { path: "test/fixtures/families/qwen2-past-opset17.onnx", insertion: "word-embeddings", counts: true },
  { path: `${FOLDER}/gpt2/onnx/model.onnx`, insertion: "embedding-output", counts: false },
] as const;

for (const { path, insertion, counts } of OTHERS) {
  Deno.test(`${path} with a prompt at ${insertion} writes what a run writes`, async () => {
    const bytes = await read(path);
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/onnx`);
    await Deno.writeFile(`${folder}/onnx/model.onnx`, bytes);
    await using opened = await openGenerator(folder, await chooseDevice("cpu", () => {}), { insertion });
    const stream = new RandomStream(0, "prompt");
    const prompt = float32Tensor(Float32Array.from({ length: 48 }, () => stream.uniform(-1, 1)), [3, 16]);
    const texts = [[5, 9, 11], [7, 3, 8, 30, 6, 21], [12]];
    const examples = encoded(texts, 3).map((one) => ({
      ...one,
      positions: one.positions.map((position) => counts ? position : Math.max(0, position - 3)),
    }));
    const options = { stop: [], batchSize: 4, maxTokens: 6, beams: 1 };
    const expected = await opened.generator.generate(examples, prompt, options);
    const rows = { type: "float32", dims: [3, 16], bytes: new Uint8Array(prompt.data.buffer) } as const;
    const exported = exportCausal(readOnnxFile(bytes, path), {
      before: { ids: [0, 0, 0], counted: [counts, counts, counts] },
      after: side([]),
      vectors: { rows, insertion },
      firstPosition: 0,
    });
    assertBegins(await causalTokens(exported, texts, 6), expected.map(({ ids }) => ids));
    assert(new Set(expected.flatMap(({ ids }) => ids)).size > 2);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("causal models without positions, or without a cache, are refused with the reason", async () => {
  const prompt = {
    before: side([0]),
    after: side([]),
    vectors: undefined,
    firstPosition: 0,
  } as const;
  for (
    const [path, reason] of [
      ["test/fixtures/families/gpt2-past-opset14.onnx", "has no input 'position_ids'"],
      ["test/fixtures/families/llama-opset14.onnx", "has no inputs 'past_key_values.*'"],
    ] as const
  ) {
    const file = readOnnxFile(await read(path), path);
    assertThrows(() => exportCausal(file, prompt), CompileError, reason);
  }
});

Deno.test("decoders that transformers.js cannot feed, or that would read padding, are refused", async () => {
  const path = `${FOLDER}/t5/onnx/decoder_model.onnx`;
  const bytes = await read(path);
  const renamed = (from: string, to: string) => {
    const model = fromBinary(ModelProtoSchema, bytes);
    for (const input of model.graph!.input) if (input.name === from) input.name = to;
    return readOnnxFile(toBinary(ModelProtoSchema, model), path);
  };
  for (
    const [from, to, reason] of [
      ["input_ids", "decoder_input_ids", "has the input 'decoder_input_ids', for which"],
      ["encoder_attention_mask", "past_key_values.x", "has no input 'encoder_attention_mask'"],
      ["encoder_hidden_states", "past_key_values.x", "has no input 'encoder_hidden_states'"],
    ] as const
  ) {
    assertThrows(() => exportDecoder(renamed(from, to)), CompileError, reason);
  }
});
