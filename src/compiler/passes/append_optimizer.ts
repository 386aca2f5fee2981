import { Builder } from "../ops/builder.ts";
import { symbol } from "../graph/dimension.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { mapTuple } from "../graph/tuple.ts";
import { modelState, type OptimizerName, OPTIMIZERS, ownAxes } from "./optimizer.ts";

/**
 * Appends an optimizer after clipping by the norm of the whole prompt's gradient, with decoupled weight decay: the prompt
 * moves by learning_rate · (direction + weight_decay · prompt). The prompts of a bank are clipped and moved independently.
 *
 * @param graph with the output `gradient`, which stays as it is before clipping
 * @param prompt float32 [length, dimension], or [prompts, length, dimension]
 * @returns the graph with the inputs of the optimizer's state, `learning_rate`, `weight_decay` and `clip_norm` (0: no
 * clipping), float32 [] or, for a bank, [prompts], and `step` (1, 2, …), float32 []; and the outputs `prompt_next` and each
 * state's `<name>_next`
 */
export function appendOptimizer(graph: Graph, prompt: Value, name: OptimizerName): Graph {
  const b = Builder.of(graph);
  const optimizer = OPTIMIZERS[name];
  const state = optimizer.state(prompt.shape);
  const kept = state.map((tensor) => b.input(tensor.name, "float32", tensor.shape));
  const each = prompt.shape.slice(0, -2);
  const ones = ownAxes(prompt).map(() => 1);
  const [learningRate, weightDecay, clipNorm] = mapTuple(
    ["learning_rate", "weight_decay", "clip_norm"],
    (input) => {
      const value = b.input(input, "float32", each);
      return each.length > 0 ? b.reshape(value, [...each, ...ones]) : value;
    },
  );
  const step = b.input("step", "float32", []);
  const given = graph.outputs.get("gradient")!;
  const norm = b.reshape(b.op("Sqrt", [b.sum(b.multiply(given, given), ownAxes(given))]), clipNorm.shape);
  const gradient = b.multiply(given, clipFactor(b, norm, clipNorm));
  const { direction, next } = optimizer.update(b, { gradient, kept, step });
  const move = b.multiply(learningRate, b.add(direction, b.multiply(weightDecay, prompt)));
  return b.graph(
    new Map([
      ...graph.outputs,
      ["prompt_next", b.subtract(prompt, move)],
      ...state.map((tensor, i): [string, Value] => [`${tensor.name}_next`, next[i]!]),
    ]),
  );
}

/**
 * Only the optimizer, for gradients that were summed elsewhere.
 *
 * @param dimension the size of the prompt's vectors
 * @returns a graph with the inputs `prompt` and `gradient`, float32 [length, dimension], and those of the optimizer
 */
export function optimizerGraph(name: OptimizerName, dimension: number, source: string): Graph {
  const b = new Builder(source);
  const shape = [symbol("length"), dimension];
  const prompt = b.input("prompt", "float32", shape);
  const gradient = b.input("gradient", "float32", shape);
  const { outputs, ...graph } = appendOptimizer(b.graph(new Map([["gradient", gradient]])), prompt, name);
  const updated = [...outputs].filter(([output]) => output !== "gradient");
  return { ...graph, outputs: new Map(updated) };
}

/**
 * Appends an optimizer that moves all of a model's parameters, after clipping by the norm of all their gradients together.
 *
 * @param b a builder that appends to the graph
 * @param parameters inputs of the graph
 * @param gradients of each
 * @returns the graph with the inputs of `appendOptimizer`, and the outputs `gradient_norm` float32 [], before clipping, and
 * `<name>_next` of each parameter and of each of its states
 */
export function appendModelOptimizer(
  b: Builder,
  outputs: ReadonlyMap<string, Value>,
  parameters: readonly Value[],
  gradients: readonly Value[],
  name: OptimizerName,
): Graph {
  const optimizer = OPTIMIZERS[name];
  const [learningRate, weightDecay, clipNorm, step] = mapTuple(
    ["learning_rate", "weight_decay", "clip_norm", "step"],
    (input) => b.input(input, "float32", []),
  );
  const squares = gradients.map((gradient) =>
    b.reshape(b.sum(b.multiply(gradient, gradient), gradient.shape.map((_, axis) => axis)), [])
  );
  const norm = b.op("Sqrt", [squares.reduce((sum, one) => b.add(sum, one))]);
  const factor = clipFactor(b, norm, clipNorm);
  const moves: [string, Value][] = [];
  for (const [i, parameter] of parameters.entries()) {
    const state = modelState(name, [parameter]);
    const kept = state.map((tensor) => b.input(tensor.name, "float32", tensor.shape));
    const gradient = b.multiply(gradients[i]!, factor);
    const { direction, next } = optimizer.update(b, { gradient, kept, step });
    const move = b.multiply(learningRate, b.add(direction, b.multiply(weightDecay, parameter)));
    moves.push([`${parameter.name}_next`, b.subtract(parameter, move)]);
    for (const [s, tensor] of state.entries()) moves.push([`${tensor.name}_next`, next[s]!]);
  }
  return b.graph(new Map([...outputs, ["gradient_norm", norm], ...moves]));
}

/** min(1, clip_norm / the gradient's norm); 1 where clip_norm is 0. */
function clipFactor(b: Builder, norm: Value, clipNorm: Value): Value {
  const clips = b.op("And", [
    b.op("Greater", [clipNorm, b.scalar(0)]),
    b.op("Greater", [norm, clipNorm]),
  ]);
  return b.op("Where", [clips, b.divide(clipNorm, norm), b.scalar(1)]);
}
