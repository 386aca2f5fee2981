import { assert, assertEquals } from "@std/assert";
import { basename } from "@std/path";
import { compile, type CompiledAnswer, compileHard, compileModelTuning } from "../../src/compiler/mod.ts";
import { type Device, float32Tensor, type Tensor } from "../../src/device/device.ts";
import { indexOfLargest } from "../../src/evaluation/softmax.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { familyFeeds, familyModel, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";

/** What both graphs of a model answer; the model's own file holds the weights. */
async function bothOf(
  device: Device,
  { predict, answer }: CompiledAnswer,
  path: string,
  feeds: Record<string, Tensor>,
) {
  const weights = new Map([[basename(path), await Deno.readFile(path)]]);
  const sessions = [await device.open({ ...predict, weights }), await device.open({ ...answer, weights })];
  const [alone, whole] = [await sessions[0]!.run(feeds), await sessions[1]!.run(feeds)];
  assertEquals(Object.keys(await sessions[1]!.run(feeds, ["class_logits"])), ["class_logits"]);
  for (const session of sessions) await session.release();
  return { alone, whole };
}

/** What the model's own file says at the answer, run as it is. */
async function asExported(path: string, feeds: Record<string, Tensor>): Promise<Float32Array[]> {
  const session = await (await sharedDevice("cpu")).open({
    bytes: await Deno.readFile(path),
    weights: new Map(),
  });
  const { data: ids } = feeds.input_ids!;
  const zeros = new BigInt64Array(ids.length);
  const token_type_ids: Tensor = { type: "int64", dims: feeds.input_ids!.dims, data: zeros };
  const { logits } = await session.run({ ...feeds, token_type_ids });
  await session.release();
  const [batch, sequence, words] = logits!.dims as [number, number, number];
  return Array.from({ length: batch }, (_, i) => {
    const at = (i * sequence + Number(feeds.answer_rows!.data[i])) * words;
    return (logits!.data as Float32Array).slice(at, at + words);
  });
}

/** The class logits of both graphs are the same bits, and the words' those of the exported model. */
async function assertAnswers(
  device: Device,
  compiled: CompiledAnswer,
  path: string,
  feeds: Record<string, Tensor>,
) {
  const { alone, whole } = await bothOf(device, compiled, path, feeds);
  const expected = await asExported(path, feeds);
  assertEquals(whole.class_logits, alone.class_logits);
  assertEquals(whole.word_logits!.dims, [expected.length, expected[0]!.length]);
  for (const [i, row] of expected.entries()) {
    const found = (whole.word_logits!.data as Float32Array).slice(i * row.length, (i + 1) * row.length);
    assert(relativeError(found, row) < 1e-4);
    assertEquals(indexOfLargest(found), indexOfLargest(row));
  }
}

for (const kind of DEVICES) {
  Deno.test(`all words' logits at the answer are the exported model's on ${kind}, the classes' as without them`, async () => {
    const device = await sharedDevice(kind);
    const target = kind === "webgpu" ? "webgpu" : "cpu";
    const path = familyModel("bert-opset11");
    const feeds = familyFeeds(await readFamily("bert-opset11"), "word-embeddings");
    await assertAnswers(
      device,
      compileHard(await Deno.readFile(path), path, { target, verify: true }),
      path,
      feeds,
    );
  });
}

Deno.test("after a soft prompt, too", async () => {
  const path = familyModel("gpt2-opset11");
  const feeds = familyFeeds(await readFamily("gpt2-opset11"), "word-embeddings");
  const compiled = compile(await Deno.readFile(path), path, "word-embeddings", "adamw", { verify: true });
  const { alone, whole } = await bothOf(await sharedDevice("cpu"), compiled, path, feeds);
  assertEquals(whole.class_logits, alone.class_logits);
  // A class's logit is the weighted sum of its words'.
  const { word_logits } = whole;
  const words = word_logits!.dims[1]!;
  const { label_tokens, label_weights } = feeds;
  const each = label_tokens!.dims[1]!;
  const classes = label_tokens!.dims[0]!;
  const expected = Float32Array.from({ length: whole.class_logits!.data.length }, (_, i) => {
    const at = Array.from({ length: each }, (_, w) => (i % classes) * each + w);
    const row = Math.floor(i / classes) * words;
    return at.reduce(
      (sum, k) =>
        sum + Number(label_weights!.data[k]) * Number(word_logits!.data[row + Number(label_tokens!.data[k])]),
      0,
    );
  });
  assert(relativeError(whole.class_logits!.data as Float32Array, expected) < 1e-5);
});

Deno.test("a tuned model's words have logits, too", async () => {
  const path = familyModel("bert-opset11");
  const cpu = await sharedDevice("cpu");
  const compiled = compileModelTuning(await Deno.readFile(path), path, "adamw");
  const weights = compiled.parameters.map(({ name, dims, start }) =>
    [name, float32Tensor(start, dims)] as const
  );
  const feeds = familyFeeds(await readFamily("bert-opset11"), "word-embeddings");
  await assertAnswers(cpu, compiled, path, { ...feeds, ...Object.fromEntries(weights) });
});

Deno.test("what both outputs need is computed once", async () => {
  const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
  const { predict, answer } = compileHard(
    await Deno.readFile(path),
    path,
  );
  // One product more over the whole vocabulary, and what puts its result in form.
  const more = answer.sizes.length - predict.sizes.length;
  assert(
    answer.bytes.length < 1.1 * predict.bytes.length,
    `${answer.bytes.length} and ${predict.bytes.length}`,
  );
  assert(more <= 3, `${more} sizes of tensors more`);
});
