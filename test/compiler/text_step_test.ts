import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { RandomStream } from "../../src/base/random_stream.ts";
import { compile, compileBank, compileHard, type CompileOptions } from "../../src/compiler/mod.ts";
import { float32Tensor, int64Tensor, scalarTensor } from "../../src/device/device.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { familyModel } from "./family_step.ts";
import { randomTensor, relativeError } from "./graph_runner.ts";
import { BATCH, LONGEST, TARGETS, textFeeds } from "./text_feeds.ts";

const device = await sharedDevice("cpu");

async function opened(family: string, options: CompileOptions = {}, on = device) {
  const path = familyModel(family);
  const bytes = await Deno.readFile(path);
  const how = { answer: "text", verify: true, read: readRegion, ...options } as const;
  const compiled = compile(bytes, path, "word-embeddings", "sgd", how);
  const compiledBank = () => compileBank(bytes, path, "word-embeddings", "sgd", how);
  const weights = new Map([[path.split("/").at(-1)!, bytes]]);
  const open = (graph: { bytes: Uint8Array }) => on.open({ bytes: graph.bytes, weights });
  return { compiled, compiledBank, open, weights };
}

/** Σ weight · -log p / Σ weight. */
function lossOf(logprobs: readonly number[]): number {
  const weights = TARGETS.weights.flat();
  const total = logprobs.reduce((sum, logprob, i) => sum - weights[i]! * logprob, 0);
  return total / weights.reduce((a, b) => a + b);
}

for (
  const family of [
    "bert-opset11",
    "bert-int8",
    "distilbert-fp16",
    "gpt2-past-opset14",
    "llama-opset14",
    "llama-built-int4",
    "gemma2-traced-opset20",
  ]
) {
  Deno.test(`targets of ${family} are scored by log softmax of the next word's logits, and the gradient is that of their loss`, async () => {
    const { compiled, open } = await opened(family);
    const feeds = await textFeeds(family);
    const [train, predict, answer] = [
      await open(compiled.train),
      await open(compiled.predict),
      await open(compiled.answer),
    ];
    const outputs = await train.run({ ...feeds, step: scalarTensor(1) });
    const expected: number[] = [];
    for (let i = 0; i < LONGEST; i++) {
      const rows = Array.from({ length: BATCH }, (_, e) => Number(feeds.target_rows!.data[e * LONGEST + i]));
      const { next_logits } = await answer.run({ ...feeds, answer_rows: int64Tensor(rows, [BATCH]) });
      const words = next_logits!.dims[1]!;
      for (let e = 0; e < BATCH; e++) {
        const logits = Array.from(next_logits!.data.slice(e * words, (e + 1) * words), Number);
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
        expected[e * LONGEST + i] = logits[TARGETS.ids[e]![i]!]! - Math.log(total);
      }
    }
    const scored = await predict.run(feeds);
    assertEquals([scored.target_logprobs!.dims, outputs.target_logprobs!.dims], [
      [BATCH, LONGEST],
      [BATCH, LONGEST],
    ]);
    assert(relativeError(scored.target_logprobs!.data as Float32Array, expected) < 1e-5);
    assert(relativeError(outputs.target_logprobs!.data as Float32Array, expected) < 1e-5);
    assert(Math.abs(Number(outputs.loss!.data[0]) - lossOf(expected)) < 1e-5);
    if (family !== "bert-int8") {
      const gradient = Array.from(outputs.gradient!.data, Number);
      const stream = new RandomStream(0, "directions");
      const direction = randomTensor(stream, feeds.prompt!.dims).data as Float32Array;
      const size = 1e-2;
      const lossAt = async (step: number) => {
        const moved = Float32Array.from(direction, (x, i) => Number(feeds.prompt!.data[i]) + step * x);
        const prompt = float32Tensor(moved, feeds.prompt!.dims);
        const { target_logprobs } = await predict.run({ ...feeds, prompt });
        return lossOf(Array.from(target_logprobs!.data, Number));
      };
      const slope = (await lossAt(size) - await lossAt(-size)) / (2 * size);
      const along = gradient.reduce((sum, x, i) => sum + x * direction[i]!, 0);
      assert(Math.abs(slope - along) < 2e-3 * Math.max(Math.abs(slope), 0.02), `${along}, not ${slope}`);
    }
    for (const session of [train, predict, answer]) await session.release();
  });
}

for (const kind of DEVICES) {
  Deno.test(`a bank on ${kind} gives each prompt the loss and the gradient of its own targets`, async () => {
    const family = "gpt2-opset11";
    const on = await sharedDevice(kind);
    const target = kind === "webgpu" ? "webgpu" : "cpu";
    const { compiled, compiledBank, open } = await opened(family, { target }, on);
    const feeds = await textFeeds(family);
    const [one, bank] = [await open(compiled.train), await open(compiledBank().train)];
    const each = (x: number) => float32Tensor(Float32Array.of(x, x, x), [3]);
    const dims = [3, ...feeds.prompt!.dims];
    const start = randomTensor(new RandomStream(0, "bank"), dims);
    const owners = [1, 0, 1];
    const together = await bank.run({
      ...feeds,
      prompt: start,
      prompt_of_example: int64Tensor(owners, [BATCH]),
      velocity: float32Tensor(new Float32Array(start.data.length), dims),
      learning_rate: each(0.1),
      weight_decay: each(0),
      clip_norm: each(0),
      step: scalarTensor(1),
    });
    const size = start.data.length / 3;
    for (const p of [0, 1]) {
      const weights = TARGETS.weights.map((row, e) => row.map((weight) => owners[e] === p ? weight : 0));
      const prompt = float32Tensor(
        Float32Array.from(start.data.slice(p * size, (p + 1) * size), Number),
        dims.slice(1),
      );
      const alone = await one.run({
        ...feeds,
        prompt,
        target_weights: float32Tensor(Float32Array.from(weights.flat()), [BATCH, LONGEST]),
        step: scalarTensor(1),
      });
      assert(Math.abs(Number(together.loss!.data[p]) - Number(alone.loss!.data[0])) < 1e-5);
      const own = Array.from(together.gradient!.data.slice(p * size, (p + 1) * size), Number);
      assert(relativeError(own, alone.gradient!.data as Float32Array) < 1e-4);
    }
    assertEquals(together.loss!.data[2], 0, "a prompt without targets has no loss");
    assert(together.gradient!.data.slice(2 * size).every((x) => x === 0));
    await Promise.all([one.release(), bank.release()]);
  });
}

Deno.test("a step with text takes and gives what the contract names", async () => {
  const { compiled } = await opened("gpt2-opset11");
  const names = (bytes: Uint8Array) => {
    const { input, output } = fromBinary(ModelProtoSchema, bytes).graph!;
    return [input, output].map((values) => values.map(({ name }) => name).sort());
  };
  const read = ["attention_mask", "input_ids", "position_ids", "prompt", "prompt_rows"];
  const optimizer = ["clip_norm", "learning_rate", "velocity", "weight_decay"];
  assertEquals(names(compiled.train.bytes), [
    [...read, ...optimizer, "target_ids", "target_rows", "target_weights"].sort(),
    ["gradient", "loss", "prompt_next", "target_logprobs", "velocity_next"],
  ]);
  assertEquals(names(compiled.predict.bytes), [[...read, "target_ids", "target_rows"], ["target_logprobs"]]);
  assertEquals(names(compiled.answer.bytes), [["answer_rows", ...read], ["next_logits"]]);
});

Deno.test("a model without a prompt scores targets as one with a prompt of no effect does", async () => {
  const family = "gpt2-opset11";
  const path = familyModel(family);
  const bytes = await Deno.readFile(path);
  const { predict } = compileHard(bytes, path, { answer: "text", verify: true });
  const { compiled, open } = await opened(family);
  const feeds = await textFeeds(family);
  const [hard, soft, embed] = [await open(predict), await open(compiled.predict), await open(compiled.embed)];
  const { embeddings } = await embed.run(feeds);
  // One example, whose prompt is the embeddings of the words that it stands for.
  const length = feeds.prompt!.dims[0]!;
  const size = compiled.dimension;
  const rows = Array.from(feeds.prompt_rows!.data.slice(0, length), Number);
  const own = rows.flatMap((row) => Array.from(embeddings!.data.slice(row * size, (row + 1) * size), Number));
  const prompt = float32Tensor(Float32Array.from(own), [length, size]);
  const [a, b] = [await hard.run(feeds), await soft.run({ ...feeds, prompt })].map(({ target_logprobs }) =>
    Array.from(target_logprobs!.data.slice(0, LONGEST), Number)
  );
  assert(relativeError(a!, b!) < 1e-5);
  for (const session of [hard, soft, embed]) await session.release();
});
