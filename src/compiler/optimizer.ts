import { Builder } from "./builder.ts";
import type { Graph, Value } from "./graph.ts";

/** The optimizers that a training step can end in. */
export type OptimizerName = "adamw";

/** The tensors that an optimizer keeps between steps; they start at zero, each of the prompt's shape. */
export const OPTIMIZER_STATE: Readonly<Record<OptimizerName, readonly string[]>> = {
  adamw: ["first_moment", "second_moment"],
};

const BETA_1 = 0.9, BETA_2 = 0.999, EPSILON = 1e-8;

/**
 * Appends AdamW (Loshchilov & Hutter 2019: decoupled weight decay, bias-corrected moments; betas 0.9 and 0.999, epsilon
 * 1e-8) behind clipping by the norm of the whole prompt's gradient.
 *
 * @param graph with the output `gradient`, which stays as it is before clipping
 * @param prompt float32 [length, dimension]
 * @returns the graph with the inputs `first_moment` and `second_moment` (of the prompt's shape), `learning_rate`,
 * `weight_decay`, `clip_norm` (0: no clipping) and `step` (1, 2, …), float32 [], and the outputs `prompt_next`,
 * `first_moment_next`, `second_moment_next`
 */
export function appendOptimizer(graph: Graph, prompt: Value): Graph {
  const b = Builder.of(graph);
  const [first, second] = OPTIMIZER_STATE.adamw.map((name) => b.input(name, "float32", prompt.shape)) as [
    Value,
    Value,
  ];
  const [learningRate, weightDecay, clipNorm, step] = ["learning_rate", "weight_decay", "clip_norm", "step"]
    .map((name) => b.input(name, "float32", [])) as [Value, Value, Value, Value];
  const g = clipped(b, graph.outputs.get("gradient")!, clipNorm);
  const firstNext = b.add(b.multiply(first, b.scalar(BETA_1)), b.multiply(g, b.scalar(1 - BETA_1)));
  const secondNext = b.add(
    b.multiply(second, b.scalar(BETA_2)),
    b.multiply(b.multiply(g, g), b.scalar(1 - BETA_2)),
  );
  const deviation = b.op("Sqrt", [b.divide(secondNext, bias(b, BETA_2, step))]);
  const direction = b.divide(b.divide(firstNext, bias(b, BETA_1, step)), b.add(deviation, b.scalar(EPSILON)));
  const move = b.multiply(learningRate, b.add(direction, b.multiply(weightDecay, prompt)));
  return b.graph(
    new Map([
      ...graph.outputs,
      ["prompt_next", b.subtract(prompt, move)],
      ["first_moment_next", firstNext],
      ["second_moment_next", secondNext],
    ]),
  );
}

/** 1 - beta^step, by which a moment that started at zero falls short. */
function bias(b: Builder, beta: number, step: Value): Value {
  return b.subtract(b.scalar(1), b.op("Pow", [b.scalar(beta), step]));
}

/** The gradient times min(1, clip_norm / its norm); as it is where clip_norm is 0. */
function clipped(b: Builder, gradient: Value, clipNorm: Value): Value {
  const axes = gradient.shape.map((_, axis) => axis);
  const norm = b.reshape(b.op("Sqrt", [b.sum(b.multiply(gradient, gradient), axes)]), []);
  const clips = b.op("And", [
    b.op("Greater", [clipNorm, b.scalar(0)]),
    b.op("Greater", [norm, clipNorm]),
  ]);
  return b.multiply(gradient, b.op("Where", [clips, b.divide(clipNorm, norm), b.scalar(1)]));
}
