import { assert, assertEquals } from "@std/assert";
import { evaluate } from "../../src/compiler/graph/dimension.ts";
import {
  compile,
  compileBank,
  type CompileOptions,
  type Insertion,
  OPTIMIZER_NAMES,
  type OptimizerName,
} from "../../src/compiler/mod.ts";
import {
  type Device,
  float32Tensor,
  int64Tensor,
  scalarTensor,
  type Tensor,
} from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { familyFeeds, familyModel, readFamily } from "./family_step.ts";
import { randomTensor, relativeError } from "./graph_runner.ts";

/** The hyperparameters of each prompt of the bank; nothing is the same in two of them. */
const RATES = [0.01, 0.03, 0.1];
const DECAYS = [0.01, 0, 0.2];
const CLIPS = [0, 1e-3, 1e-2];
/** The fixture's examples that the batch is made of, and whose each is. */
const BATCH = [0, 1, 2, 0, 1, 2];
const OWNERS = [2, 0, 1, 1, 0, 1];

/** The rows of a tensor's first axis. */
function rows({ type, dims, data }: Tensor, at: readonly number[]): Tensor {
  const size = data.length / dims[0]!;
  const picked = at.flatMap((row) => Array.from(data.slice(row * size, (row + 1) * size), Number));
  const shape = [at.length, ...dims.slice(1)];
  return type === "int64" ? int64Tensor(picked, shape) : float32Tensor(Float32Array.from(picked), shape);
}

/** Tensors of one shape, one after the other along a new first axis. */
function stacked(tensors: readonly Tensor[]): Tensor {
  const data = Float32Array.from(tensors.flatMap((tensor) => Array.from(tensor.data, Number)));
  return float32Tensor(data, [tensors.length, ...tensors[0]!.dims]);
}

function part(bank: Tensor, p: number): Tensor {
  const { data, dims } = rows(bank, [p]);
  return float32Tensor(data as Float32Array, dims.slice(1));
}

/** A prompt and a bank of the same model, compiled and opened. */
async function opened(device: Device, path: string, ...how: [Insertion, OptimizerName, CompileOptions?]) {
  const bytes = await Deno.readFile(path);
  const weights = new Map([[path.split("/").at(-1)!, bytes]]);
  const open = (bytes: Uint8Array) => device.open({ bytes, weights });
  const [compiled, bank] = [compile(bytes, path, ...how), compileBank(bytes, path, ...how)];
  const sessions = {
    one: await open(compiled.train.bytes),
    bank: await open(bank.train.bytes),
    predictOne: await open(compiled.predict.bytes),
    predictBank: await open(bank.predict.bytes),
  };
  return { compiled, sessions };
}

const EXAMPLES = ["input_ids", "attention_mask", "position_ids", "prompt_rows", "answer_rows", "labels"];

function examplesAt(feeds: Readonly<Record<string, Tensor>>, at: readonly number[]): Record<string, Tensor> {
  return Object.fromEntries(EXAMPLES.map((name) => [name, rows(feeds[name]!, at)]));
}

async function batchOf(family: string, insertion: Insertion): Promise<Record<string, Tensor>> {
  const { prompt: _, ...feeds } = familyFeeds(await readFamily(family), insertion);
  return { ...feeds, ...examplesAt(feeds, BATCH) };
}

for (const kind of DEVICES) {
  for (const family of ["bert-opset11", "gpt2-opset11"]) {
    for (const insertion of ["embedding-output", "word-embeddings"] as const) {
      for (const optimizer of kind === "cpu" ? OPTIMIZER_NAMES : ["adamw" as const]) {
        Deno.test(`a bank of ${family} at ${insertion} on ${kind} moves each prompt by ${optimizer} as alone`, async () => {
          const path = familyModel(family);
          const device = await sharedDevice(kind);
          const { compiled, sessions } = await opened(device, path, insertion, optimizer, {
            target: kind === "webgpu" ? "webgpu" : "cpu",
            verify: true,
          });
          const feeds = await batchOf(family, insertion);
          const own = RATES.map((_, p) => OWNERS.flatMap((owner, i) => owner === p ? [i] : []));
          const length = feeds.prompt_rows!.dims[1]!;
          const stream = new RandomStream(0, "bank");
          const start = RATES.map(() => randomTensor(stream, [length, compiled.dimension]));
          const zeros = Object.fromEntries(compiled.state.map(({ name, shape }) => {
            const dims = shape.map((item) => evaluate(item, { length }));
            return [name, float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
          }));
          const alone = start.map((prompt) => ({ prompt, state: zeros }));
          let bank: Record<string, Tensor> = {
            prompt: stacked(start),
            ...Object.fromEntries(
              Object.entries(zeros).map(([name, one]) => [name, stacked(RATES.map(() => one))]),
            ),
          };
          const each = (values: readonly number[]) => float32Tensor(Float32Array.from(values), [3]);
          for (let step = 1; step <= 3; step++) {
            const together = await sessions.bank.run({
              ...feeds,
              ...bank,
              prompt_of_example: int64Tensor(OWNERS, [OWNERS.length]),
              learning_rate: each(RATES),
              weight_decay: each(DECAYS),
              clip_norm: each(CLIPS),
              step: scalarTensor(step),
            });
            assertEquals(together.loss!.dims, [3]);
            for (const [p, { prompt, state }] of alone.entries()) {
              const examples = examplesAt(feeds, own[p]!);
              const one = await sessions.one.run({
                ...feeds,
                ...examples,
                prompt,
                ...state,
                learning_rate: scalarTensor(RATES[p]!),
                weight_decay: scalarTensor(DECAYS[p]!),
                clip_norm: scalarTensor(CLIPS[p]!),
                step: scalarTensor(step),
              });
              assert(Math.abs(Number(together.loss!.data[p]) - Number(one.loss!.data[0])) < 1e-5);
              for (
                const name of [
                  "gradient",
                  "prompt_next",
                  ...Object.keys(state).map((key) => `${key}_next`),
                ]
              ) {
                const error = relativeError(
                  part(together[name]!, p).data as Float32Array,
                  one[name]!.data as Float32Array,
                );
                assert(error < 1e-4, `${name} of prompt ${p} is off by ${error} at step ${step}`);
              }
              alone[p] = {
                prompt: one.prompt_next!,
                state: Object.fromEntries(Object.keys(state).map((key) => [key, one[`${key}_next`]!])),
              };
            }
            bank = Object.fromEntries(Object.keys(bank).map((name) => [name, together[`${name}_next`]!]));
          }
          const together = await sessions.predictBank.run({
            ...feeds,
            prompt: stacked(start),
            prompt_of_example: int64Tensor(OWNERS, [OWNERS.length]),
          });
          for (const [p, prompt] of start.entries()) {
            const one = await sessions.predictOne.run({ ...feeds, ...examplesAt(feeds, own[p]!), prompt });
            const error = relativeError(
              rows(together.class_logits!, own[p]!).data as Float32Array,
              one.class_logits!.data as Float32Array,
            );
            assert(error < 1e-5, `the class logits of prompt ${p} are off by ${error}`);
          }
          for (const session of Object.values(sessions)) await session.release();
        });
      }
    }
  }
}

for (const kind of DEVICES) {
  Deno.test(`in a bank on ${kind}, a prompt without examples stays, and a loss that is no number is its prompt's alone`, async () => {
    const path = familyModel("bert-opset11");
    const device = await sharedDevice(kind);
    const { compiled, sessions } = await opened(device, path, "embedding-output", "sgd", {
      target: kind === "webgpu" ? "webgpu" : "cpu",
    });
    const feeds = await batchOf("bert-opset11", "embedding-output");
    const dims = [feeds.prompt_rows!.dims[1]!, compiled.dimension];
    const broken = float32Tensor(new Float32Array(dims[0]! * dims[1]!).fill(NaN), dims);
    const sound = randomTensor(new RandomStream(0, "bank"), dims);
    const run = (prompt: Tensor) =>
      sessions.bank.run({
        ...feeds,
        prompt: stacked([sound, sound, prompt]),
        velocity: float32Tensor(new Float32Array(3 * dims[0]! * dims[1]!), [3, ...dims]),
        prompt_of_example: int64Tensor(OWNERS.map((owner) => owner === 1 ? 0 : owner), [OWNERS.length]),
        learning_rate: float32Tensor(Float32Array.of(1, 1, 1), [3]),
        weight_decay: float32Tensor(new Float32Array(3), [3]),
        clip_norm: float32Tensor(new Float32Array(3), [3]),
        step: scalarTensor(1),
      });
    const whole = await run(sound);
    const partly = await run(broken);
    assertEquals(part(whole.prompt_next!, 1).data, sound.data);
    assertEquals(whole.loss!.data[1], 0);
    assertEquals([...partly.loss!.data.slice(0, 2)], [...whole.loss!.data.slice(0, 2)]);
    assert(Number.isNaN(partly.loss!.data[2]));
    for (const session of Object.values(sessions)) await session.release();
  });
}

Deno.test("one batch of a bank mixes tasks: their classes are concatenated, and each example reads its own", async () => {
  const path = familyModel("bert-opset11");
  const device = await sharedDevice("cpu");
  const { compiled, sessions } = await opened(device, path, "embedding-output", "adamw");
  const feeds = await batchOf("bert-opset11", "embedding-output");
  const dims = [feeds.prompt_rows!.dims[1]!, compiled.dimension];
  const stream = new RandomStream(0, "bank");
  const prompts = [randomTensor(stream, dims), randomTensor(stream, dims)];
  const owners = [0, 1, 1, 0, 1, 0];
  /** Two classes, and three. */
  const tasks = [[5, 6], [7, 8, 9]];
  const all = tasks.flat();
  const words = (ids: readonly number[]) => ({
    label_tokens: int64Tensor(ids, [ids.length, 1]),
    label_weights: float32Tensor(new Float32Array(ids.length).fill(1), [ids.length, 1]),
  });
  const mixed = await sessions.predictBank.run({
    ...feeds,
    ...words(all),
    prompt: stacked(prompts),
    prompt_of_example: int64Tensor(owners, [owners.length]),
  });
  for (const [t, ids] of tasks.entries()) {
    const own = owners.flatMap((owner, i) => owner === t ? [i] : []);
    const alone = await sessions.predictOne.run({
      ...feeds,
      ...examplesAt(feeds, own),
      ...words(ids),
      prompt: prompts[t]!,
    });
    const first = t === 0 ? 0 : tasks[0]!.length;
    const found = own.flatMap((i) =>
      Array.from(
        mixed.class_logits!.data.slice(i * all.length + first, i * all.length + first + ids.length),
        Number,
      )
    );
    assert(relativeError(found, alone.class_logits!.data as Float32Array) < 1e-5);
  }
  for (const session of Object.values(sessions)) await session.release();
});
