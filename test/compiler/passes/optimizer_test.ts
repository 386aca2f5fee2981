import { assert, assertEquals } from "@std/assert";
import { evaluate } from "../../../src/compiler/graph/dimension.ts";
import { OPTIMIZER_NAMES, type OptimizerName } from "../../../src/compiler/mod.ts";
import { optimizerGraph } from "../../../src/compiler/passes/append_optimizer.ts";
import { optimizerState } from "../../../src/compiler/passes/optimizer.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../../../src/device/device.ts";
import { openOnCpu, relativeError } from "../graph_runner.ts";

/** Twenty steps of each optimizer, computed in float64 from the same gradients. */
interface Reference {
  readonly weight_decay: number;
  readonly clip_norm: number;
  readonly prompt: number[][];
  readonly gradients: number[][][];
  readonly optimizers: Record<OptimizerName, { learning_rate: number; prompts: number[][][] }>;
}

const reference: Reference = JSON.parse(
  await Deno.readTextFile("test/fixtures/optimizers/optimizers.json"),
);
const length = reference.prompt.length;
const dimension = reference.prompt[0]!.length;

function matrix(rows: number[][]): Tensor {
  return float32Tensor(Float32Array.from(rows.flat()), [length, dimension]);
}

Deno.test("every optimizer has a reference", () => {
  assertEquals(Object.keys(reference.optimizers).sort(), [...OPTIMIZER_NAMES].sort());
});

for (const name of OPTIMIZER_NAMES) {
  Deno.test(`twenty steps of ${name} are those of the reference`, async () => {
    const session = await openOnCpu(optimizerGraph(name, dimension, "no model"));
    const { learning_rate, prompts } = reference.optimizers[name];
    let prompt = matrix(reference.prompt);
    let state = Object.fromEntries(
      optimizerState(name, dimension).map((tensor) => {
        const dims = tensor.shape.map((item) => evaluate(item, { length }));
        return [tensor.name, float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)];
      }),
    );
    for (const [i, gradient] of reference.gradients.entries()) {
      const outputs = await session.run({
        prompt,
        gradient: matrix(gradient),
        ...state,
        learning_rate: scalarTensor(learning_rate),
        weight_decay: scalarTensor(reference.weight_decay),
        clip_norm: scalarTensor(reference.clip_norm),
        step: scalarTensor(i + 1),
      });
      prompt = outputs.prompt_next!;
      state = Object.fromEntries(Object.keys(state).map((key) => [key, outputs[`${key}_next`]!]));
      const error = relativeError(prompt.data as Float32Array, prompts[i]!.flat());
      assert(error < 2e-6, `after step ${i + 1} the prompt is off by ${error}`);
    }
    await session.release();
  });
}
