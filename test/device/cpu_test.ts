import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { compile } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, scalarTensor } from "../../src/device/device.ts";
import { referenceFeeds, type ReferenceStep } from "../compiler/parity_step.ts";
import { randomTensor } from "../compiler/graph_runner.ts";
import { MINI } from "../shared.ts";

/** A batch of random tokens, large enough that ONNX Runtime splits its products among threads. */
function batch(
  stream: RandomStream,
): Omit<ReferenceStep, "loss" | "class_logits" | "prompt_gradient" | "steps"> {
  const [examples, length, prompt_length] = [8, 40, 10];
  const rows = <Value>(make: () => Value) =>
    Array.from({ length: examples }, () => Array.from({ length }, make));
  return {
    input_ids: rows(() => 5 + stream.integer(1000)),
    attention_mask: rows(() => 1),
    mask_positions_with_prompt: Array.from({ length: examples }, () => prompt_length + 3),
    labels: Array.from({ length: examples }, (_, i) => i % 2),
    verbalizer_ids: [[7, 9], [8, 10]],
    prompt_length,
    prompt_init: [],
  };
}

Deno.test("a training step on the native CPU has the same bits with any number of threads", async () => {
  const path = join(MINI, "onnx/model.onnx");
  const bytes = await Deno.readFile(path);
  const { train, state, dimension } = compile(bytes, path, "word-embeddings", "adamw");
  const stream = new RandomStream(0, "threads");
  const given = batch(stream);
  const prompt = randomTensor(stream, [given.prompt_length, dimension]);
  const moments = Object.fromEntries(
    state.map(({ name }) => [name, float32Tensor(new Float32Array(prompt.data.length), prompt.dims)]),
  );
  const feeds = {
    ...referenceFeeds({ ...given, loss: 0, class_logits: [], prompt_gradient: [], steps: [] }),
    ...moments,
    prompt,
    step: scalarTensor(1),
  };
  const found: Record<string, unknown>[] = [];
  for (const threads of [1, 2, 3]) {
    const device = await openCpu(threads);
    const session = await device.open({ bytes: train.bytes, weights: new Map([["model.onnx", bytes]]) });
    const outputs = await session.run(feeds);
    found.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])));
    await session.release();
  }
  assert((found[0]!.gradient as Float32Array).some((value) => value !== 0));
  assertEquals(found[1], found[0]);
  assertEquals(found[2], found[0]);
});
