import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { compile, compilePrefix, type Insertion } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import {
  float32Tensor,
  int64Tensor,
  scalarTensor,
  type Session,
  type Tensor,
} from "../../src/device/device.ts";
import { PrefixValues } from "../../src/device/prefix_values.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { familyModel, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";

const cpu = await openCpu();
const CAUSAL = [
  "gemma2-traced-opset20",
  "gpt-neox-opset15",
  "gpt2-opset11",
  "gpt2-past-opset14",
  "gpt2-traced-opset20",
  "llama-built-int4",
  "llama-opset14",
  "opt-opset13",
  "packed-traced-opset23",
  "qwen2-past-opset17",
  "qwen3-opset16",
];
const BIDIRECTIONAL = ["bert-opset11", "roberta-opset14"];

const options = { read: readRegion };
const bytesOf = (name: string) => Deno.readFileSync(familyModel(name));

function prefixOf(name: string, insertion: Insertion) {
  return compilePrefix(bytesOf(name), familyModel(name), insertion, "adamw", options);
}

/** Texts before a prompt of two vectors and a last word, of several lengths, with a step's other inputs. */
async function textsBefore(name: string, lengths: readonly number[]): Promise<Record<string, Tensor>> {
  const { input_ids, label_tokens, label_weights, "word-embeddings": { prompt } } = await readFamily(name);
  const words = input_ids.flat();
  const stream = new RandomStream(7, name);
  const longest = Math.max(...lengths) + 3;
  const rows = (item: (length: number, at: number) => number) =>
    int64Tensor(
      lengths.flatMap((length) => Array.from({ length: longest }, (_, at) => item(length, at))),
      [lengths.length, longest],
    );
  const isRead = (length: number, at: number) => at < length + 3;
  const word = () => words[Math.floor(stream.uniform(0, words.length))]!;
  return {
    input_ids: rows((length, at) => isRead(length, at) ? word() : 0),
    attention_mask: rows((length, at) => isRead(length, at) ? 1 : 0),
    position_ids: rows((length, at) => isRead(length, at) ? at : 0),
    prompt_rows: int64Tensor(lengths.flatMap((length) => [length, length + 1]), [lengths.length, 2]),
    answer_rows: int64Tensor(lengths.map((length) => length + 2), [lengths.length]),
    labels: int64Tensor(lengths.map((_, i) => i % 2), [lengths.length]),
    label_tokens: int64Tensor(label_tokens.flat(), [label_tokens.length, label_tokens[0]!.length]),
    label_weights: float32Tensor(Float32Array.from(label_weights.flat()), [
      label_weights.length,
      label_weights[0]!.length,
    ]),
    prompt: float32Tensor(Float32Array.from(prompt.slice(0, 2).flat()), [2, prompt[0]!.length]),
  };
}

/** One of the texts alone. */
function exampleOf(feeds: Record<string, Tensor>, example: number): Record<string, Tensor> {
  const ofTexts = ["input_ids", "attention_mask", "position_ids", "prompt_rows", "answer_rows"];
  const own = ofTexts.map((name) => {
    const { dims: [texts, ...dims], data } = feeds[name]!;
    const items = Array.from(data, Number);
    const size = items.length / texts!;
    return [name, int64Tensor(items.slice(example * size, (example + 1) * size), [1, ...dims])] as const;
  });
  return { ...feeds, ...Object.fromEntries(own) };
}

/** Five steps of AdamW: the losses, the gradients, and the last prompt. */
async function steps(session: Pick<Session, "run">, feeds: Record<string, Tensor>) {
  const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
  let state: Record<string, Tensor> = { prompt: feeds.prompt!, first_moment: zeros, second_moment: zeros };
  const found: ArrayLike<number>[] = [];
  for (let step = 1; step <= 5; step++) {
    const outputs = await session.run({
      ...feeds,
      ...state,
      step: scalarTensor(step),
      learning_rate: scalarTensor(0.01),
      weight_decay: scalarTensor(0.01),
      clip_norm: scalarTensor(0),
    });
    found.push(...[outputs.loss!, outputs.gradient!].map(({ data }) => Array.from(data, Number)));
    state = Object.fromEntries(Object.keys(state).map((name) => [name, outputs[`${name}_next`]!]));
  }
  return [...found, Array.from(state.prompt!.data, Number)];
}

for (const name of CAUSAL) {
  Deno.test(`steps of ${name} without the rows before the prompt are those of whole texts`, async () => {
    const { train, answer } = compile(bytesOf(name), familyModel(name), "word-embeddings", "adamw", options);
    const prefix = prefixOf(name, "word-embeddings");
    if (prefix === undefined) throw new Error("the graph shows no causal attention");
    const lengths = [5, 3, 4, 5, 1];
    const feeds = await textsBefore(name, lengths);
    const [whole, wholeAnswer, before, rest, restAnswer] = await Promise.all(
      [train, answer, prefix.before, prefix.train, prefix.answer].map((graph) => cpu.open(graph)),
    );
    const values = await PrefixValues.open(before!, prefix.axes, Infinity);
    const expected = await steps(whole!, feeds);
    const found = await steps(values.session(rest!), feeds);
    for (const [i, numbers] of expected.entries()) {
      const off = relativeError(found[i]!, numbers);
      assert(off < 2e-5, `number ${i} of ${expected.length} is off by ${off}`);
    }
    const singly = await PrefixValues.open(before!, prefix.axes, Infinity);
    for (const i of lengths.keys()) await singly.session(restAnswer!).run(exampleOf(feeds, i));
    assertEquals(await steps(singly.session(rest!), feeds), found, "bits depend on what else is in a batch");
    const answers = await values.session(restAnswer!).run(feeds);
    for (const [output, { data }] of Object.entries(await wholeAnswer!.run(feeds))) {
      assert(relativeError(answers[output]!.data as Float32Array, data as Float32Array) < 1e-5, output);
    }
    await Promise.all([whole, wholeAnswer, before, rest, restAnswer].map((one) => one!.release()));
  });
}

Deno.test("steps with texts as answers, some of them shorter, are those of whole texts", async () => {
  const [name, insertion] = ["gpt2-opset11", "embedding-output"] as const;
  const asText = { ...options, answer: "text" } as const;
  const { train, predict } = compile(bytesOf(name), familyModel(name), insertion, "adamw", asText);
  const prefix = compilePrefix(bytesOf(name), familyModel(name), insertion, "adamw", asText)!;
  const lengths = [5, 3, 4];
  const feeds = {
    ...await textsBefore(name, lengths),
    target_rows: int64Tensor(lengths.flatMap((length, i) => [length + 1, i === 1 ? 0 : length + 2]), [3, 2]),
    target_ids: int64Tensor([7, 9, 12, 0, 3, 5], [3, 2]),
    target_weights: float32Tensor(Float32Array.of(1, 1, 1, 0, 0.5, 2), [3, 2]),
  };
  const [whole, wholeAnswer, before, rest, restAnswer] = await Promise.all(
    [train, predict, prefix.before, prefix.train, prefix.answer].map((graph) => cpu.open(graph)),
  );
  const values = await PrefixValues.open(before!, prefix.axes, Infinity);
  const found = await steps(values.session(rest!), feeds);
  for (const [i, numbers] of (await steps(whole!, feeds)).entries()) {
    assert(relativeError(found[i]!, numbers) < 2e-5, `number ${i}`);
  }
  const read = async (session: Pick<Session, "run">) => {
    const { target_logprobs } = await session.run(feeds);
    return Array.from(target_logprobs!.data, Number).filter((_, i) => i !== 3);
  };
  assert(relativeError(await read(values.session(restAnswer!)), await read(wholeAnswer!)) < 1e-5);
  await Promise.all([whole, wholeAnswer, before, rest, restAnswer].map((one) => one!.release()));
});

for (const name of BIDIRECTIONAL) {
  Deno.test(`the rows before a prompt stay in a step of ${name}, in which they attend to it`, () => {
    assertEquals(prefixOf(name, "word-embeddings"), undefined);
  });
}
