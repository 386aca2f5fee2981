import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { evaluate } from "../../src/compiler/graph/dimension.ts";
import { compile, compileBank, compileModelTuning, type Insertion } from "../../src/compiler/mod.ts";
import { type Feeds, float32Tensor, type Tensor } from "../../src/device/device.ts";
import { bankFeeds } from "../../src/training/bank_feeds.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { familyFeeds, familyModel, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";

/** Steps of PyTorch's CrossEntropyLoss(weight) in float64: test/fixtures/class_weights/make.py. */
const { weights, models }: {
  weights: number[];
  models: Record<string, Record<Insertion, { loss: number; gradient: number[][] }>>;
} = JSON.parse(await Deno.readTextFile("test/fixtures/class_weights/steps.json"));

/** A family's step whose examples weigh what their classes do; states are zeros. */
async function weighted(family: string, insertion: Insertion, state: Feeds): Promise<Record<string, Tensor>> {
  const reference = await readFamily(family);
  const example_weights = float32Tensor(Float32Array.from(reference.labels, (label) => weights[label]!), [3]);
  return { ...familyFeeds(reference, insertion), example_weights, ...state as Record<string, Tensor> };
}

for (const kind of DEVICES) {
  for (const [family, references] of Object.entries(models).slice(0, kind === "cpu" ? undefined : 1)) {
    for (const insertion of ["embedding-output", "word-embeddings"] as const) {
      if (kind !== "cpu" && insertion === "word-embeddings") continue;
      Deno.test(`a weighted step of ${family} at ${insertion} on ${kind} is PyTorch's in float64, alone and in a bank`, async () => {
        const device = await sharedDevice(kind);
        const path = familyModel(family);
        const bytes = await Deno.readFile(path);
        const file = new Map([[path.split("/").at(-1)!, bytes]]);
        const target = kind === "webgpu" ? "webgpu" as const : "cpu" as const;
        const options = { target, loss: "weighted", verify: true } as const;
        const { train, state } = compile(bytes, path, insertion, "adamw", options);
        const bank = compileBank(bytes, path, insertion, "adamw", options);
        const zeros = Object.fromEntries(state.map(({ name, shape }) => {
          const dims = shape.map((item) => evaluate(item, { length: 3 }));
          return [name, float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
        }));
        const feeds = await weighted(family, insertion, zeros);
        const { loss, gradient } = references[insertion];
        const one = await device.open({ bytes: train.bytes, weights: file });
        const alone = await one.run(feeds);
        assertAlmostEquals(Number(alone.loss!.data[0]), loss, 1e-5);
        assert(relativeError(alone.gradient!.data as Float32Array, gradient.flat()) < 1e-4);
        const several = await device.open({ bytes: bank.train.bytes, weights: file });
        const even = { ...feeds, example_weights: float32Tensor(new Float32Array(3).fill(2), [3]) };
        const together = await several.run(await bankFeeds([feeds, even]) as Record<string, Tensor>);
        assertAlmostEquals(Number(together.loss!.data[0]), loss, 1e-5);
        assertAlmostEquals(Number(together.loss!.data[1]), (await readFamily(family))[insertion].loss, 1e-5);
        const own = together.gradient!.data.slice(0, gradient.flat().length) as Float32Array;
        assert(relativeError(own, gradient.flat()) < 1e-4);
        await one.release();
        await several.release();
      });
    }
  }
}

Deno.test("a step of a whole model weighs its examples too", async () => {
  const device = await sharedDevice("cpu");
  const path = familyModel("bert-opset11");
  const { train, parameters, state } = compileModelTuning(await Deno.readFile(path), path, "sgd", {
    loss: "weighted",
    verify: true,
  });
  const session = await device.open({ bytes: train.bytes, weights: new Map() });
  const zeros = Object.fromEntries(state.map(({ name, shape }) => {
    const dims = shape.map((item) => evaluate(item, {}));
    return [name, float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
  }));
  const start = Object.fromEntries(
    parameters.map(({ name, dims, start }) => [name, float32Tensor(start, dims)]),
  );
  const feeds = { ...await weighted("bert-opset11", "word-embeddings", zeros), ...start };
  const run = async (example_weights: number[]) => {
    const weight = float32Tensor(Float32Array.from(example_weights), [3]);
    return Number((await session.run({ ...feeds, example_weights: weight })).loss!.data[0]);
  };
  // With all weight but a billionth on one example the loss is that example's.
  const each = [];
  for (const i of [0, 1, 2]) each.push(await run([0, 1, 2].map((other) => other === i ? 1 : 1e-9)));
  const expected = each.reduce((sum, loss, i) => sum + weights[i]! * loss, 0) /
    weights.reduce((a, b) => a + b);
  assertAlmostEquals(await run(weights), expected, 1e-5);
  await session.release();
});

Deno.test("without weights a step has the inputs that it had", async () => {
  const path = familyModel("bert-opset11");
  const device = await sharedDevice("cpu");
  const bytes = await Deno.readFile(path);
  const { train } = compile(bytes, path, "embedding-output", "adamw");
  const session = await device.open({ bytes: train.bytes, weights: new Map([["bert-opset11.onnx", bytes]]) });
  assertEquals(session.inputNames.includes("example_weights"), false);
  await session.release();
});
