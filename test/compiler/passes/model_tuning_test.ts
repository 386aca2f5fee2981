import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  CompileError,
  compileModelTuning,
  countParameters,
  readOnnxFile,
} from "../../../src/compiler/mod.ts";
import { evaluate } from "../../../src/compiler/graph/dimension.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../../../src/device/device.ts";
import { DEVICES, sharedDevice } from "../../devices.ts";
import { familyFeeds, familyModel, readFamily } from "../family_step.ts";
import { relativeError } from "../graph_runner.ts";

/** Twenty steps of PyTorch in float64: test/fixtures/model_tuning/make.py. */
interface Reference {
  readonly learning_rate: number;
  readonly weight_decay: number;
  readonly label_tokens: number[][];
  readonly input_ids: number[][][];
  readonly attention_mask: number[][][];
  readonly answer_rows: number[][];
  readonly labels: number[][];
  readonly losses: number[];
  readonly gradient_norms: number[];
  readonly class_logits: number[][];
  readonly moved: Record<string, number>;
  readonly first: Record<string, number[]>;
}

const reference: Reference = JSON.parse(await Deno.readTextFile("test/fixtures/model_tuning/steps.json"));
const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";

/** A step's batch as inputs of the compiled graphs. */
function batch(step: number): Record<string, Tensor> {
  const matrix = (rows: number[][]) => int64Tensor(rows.flat(), [rows.length, rows[0]!.length]);
  const ids = reference.input_ids[step]!;
  const { label_tokens } = reference;
  return {
    input_ids: matrix(ids),
    attention_mask: matrix(reference.attention_mask[step]!),
    position_ids: matrix(ids.map((row) => row.map((_, at) => at))),
    answer_rows: int64Tensor(reference.answer_rows[step]!, [ids.length]),
    labels: int64Tensor(reference.labels[step]!, [ids.length]),
    label_tokens: matrix(label_tokens),
    label_weights: float32Tensor(new Float32Array(4).fill(0.5), [2, 2]),
    learning_rate: scalarTensor(reference.learning_rate),
    weight_decay: scalarTensor(reference.weight_decay),
    clip_norm: scalarTensor(0),
    step: scalarTensor(step + 1),
  };
}

const norm = (numbers: ArrayLike<number>) =>
  Math.sqrt(Array.from(numbers).reduce((sum, x) => sum + x * x, 0));

for (const kind of DEVICES) {
  const steps = kind === "cpu" ? 20 : 3;
  Deno.test(`${steps} steps of tuning the whole model on ${kind} are those of PyTorch in float64`, async () => {
    const device = await sharedDevice(kind);
    const { train, predict, parameters, state } = compileModelTuning(
      await Deno.readFile(PATH),
      PATH,
      "adamw",
      {
        target: kind === "webgpu" ? "webgpu" : "cpu",
        verify: true,
      },
    );
    const session = await device.openResident(train);
    let moving: Record<string, Tensor> = Object.fromEntries([
      ...parameters.map(({ name, dims, start }) => [name, float32Tensor(start, dims)]),
      ...state.map(({ name, shape }) => {
        const dims = shape.map((item) => evaluate(item, {}));
        return [name, float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
      }),
    ]);
    for (let step = 0; step < steps; step++) {
      const outputs = await session.run({ ...batch(step), ...moving });
      const read = async (name: string) => await outputs[name]!.read();
      assertAlmostEquals(Number((await read("loss")).data[0]), reference.losses[step]!, 1e-4 * (1 + step));
      const found = Number((await read("gradient_norm")).data[0]);
      const right = reference.gradient_norms[step]!;
      assert(Math.abs(found - right) < 2e-3 * right, `the gradient's norm is ${found}, not ${right}`);
      moving = Object.fromEntries(
        await Promise.all(Object.keys(moving).map(async (name) => [name, await read(`${name}_next`)])),
      );
      for (const output of Object.values(outputs)) output.free();
    }
    await session.release();
    if (kind !== "cpu") return;
    assertEquals(parameters.map(({ name }) => name).sort(), Object.keys(reference.moved).sort());
    for (const { name, start } of parameters) {
      // The loss does not depend on the keys' biases: what moves them is rounding.
      if (name.endsWith("key.bias")) continue;
      const { data } = moving[name]!;
      const moved = norm(start.map((x, i) => Number(data[i]) - x));
      const right = reference.moved[name]!;
      assert(Math.abs(moved - right) < 0.02 * right, `${name} has come ${moved} far, not ${right}`);
    }
    for (const [name, right] of Object.entries(reference.first)) {
      const error = relativeError(Array.from(moving[name]!.data.slice(0, 8), Number), right);
      assert(error < 1e-3, `${name} is off by ${error}`);
    }
    const answering = await device.open(predict);
    const { class_logits } = await answering.run({ ...batch(0), ...moving });
    const error = relativeError(class_logits!.data as Float32Array, reference.class_logits.flat());
    assert(error < 2e-3, `the class logits are off by ${error}`);
    await answering.release();
  });
}

Deno.test("a model's weights are counted once, its tied head included; quantized ones cannot be tuned", async () => {
  const file = readOnnxFile(await Deno.readFile(PATH), PATH);
  const { parameters } = compileModelTuning(file.bytes, PATH, "adamw");
  const tuned = parameters.reduce((sum, { start }) => sum + start.length, 0);
  assertEquals([tuned, countParameters(file)], [5348096, 5348096]);
  const int8 = familyModel("bert-int8");
  const bytes = await Deno.readFile(int8);
  assertThrows(() => compileModelTuning(bytes, int8, "adamw"), CompileError, "take its export in fp32");
});

/** Central differences of the loss along one direction of all weights at once. */
for (
  const family of ["gpt2-opset11", "albert-opset13", "roberta-opset14", "llama-opset14", "distilbert-opset12"]
) {
  Deno.test(`the gradient of all weights of ${family} is that of finite differences`, async () => {
    const path = familyModel(family);
    const device = await sharedDevice("cpu");
    const { train, parameters } = compileModelTuning(await Deno.readFile(path), path, "sgd");
    const session = await device.open(train);
    const feeds = familyFeeds(await readFamily(family), "word-embeddings");
    const at = (shift: number, direction: ReadonlyMap<string, Float32Array>) =>
      Object.fromEntries(parameters.map(({ name, dims, start }) => [
        name,
        float32Tensor(start.map((x, i) => x + shift * (direction.get(name)?.[i] ?? 0)), dims),
      ]));
    const still = Object.fromEntries(
      parameters.map(({ name, dims, start }) => [
        `${name}.velocity`,
        float32Tensor(new Float32Array(start.length), dims),
      ]),
    );
    const constant = { ...feeds, ...still, weight_decay: scalarTensor(0), learning_rate: scalarTensor(1) };
    const here = await session.run({ ...constant, ...at(0, new Map()) });
    // The velocity after a first step is the gradient.
    const gradient = new Map(parameters.map(({ name }) => [
      name,
      here[`${name}.velocity_next`]!.data as Float32Array,
    ]));
    const squared = [...gradient.values()].reduce((sum, one) => sum + norm(one) ** 2, 0);
    assertAlmostEquals(Number(here.gradient_norm!.data[0]) / Math.sqrt(squared), 1, 1e-4);
    const step = 4e-3 / Math.sqrt(squared);
    const [more, less] = await Promise.all(
      [step, -step].map(async (shift) =>
        Number((await session.run({ ...constant, ...at(shift, gradient) })).loss!.data[0])
      ),
    ) as [number, number];
    const slope = (more - less) / (2 * step);
    assert(Math.abs(slope - squared) < 2e-2 * squared, `${slope} and ${squared}`);
    await session.release();
  });
}
