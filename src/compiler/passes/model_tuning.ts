import { Builder } from "../ops/builder.ts";
import { gradientsOf } from "./differentiate.ts";
import { type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { OBJECTIVE, withoutObjective } from "./objective.ts";
import { appendModelOptimizer } from "./append_optimizer.ts";
import type { OptimizerName } from "./optimizer.ts";
import type { ModelParameters } from "../frontend/parameters.ts";
import { rewrite } from "../ops/rewrite.ts";

/**
 * A model's weights as inputs of its graphs, by the names that its file gives them: graphs that read the same weight share
 * its input.
 */
export class WeightInputs {
  private readonly inputs = new Map<string, Value>();

  /** @param parameters the weights that the file has, and which of them are copies */
  constructor(readonly parameters: ModelParameters) {}

  /** The input of a weight. */
  input(name: string, shape: Value["shape"]): Value {
    const input = this.inputs.get(name) ?? { name, type: "float32", shape };
    this.inputs.set(name, input);
    return input;
  }

  /** Those of a graph's inputs that are weights. */
  of({ inputs }: Graph): Value[] {
    return inputs.filter((input) => this.inputs.get(input.name) === input);
  }
}

/**
 * Makes a model's float initializers inputs. Copies that an exporter has made become one weight again: word embeddings that are
 * also the head stay tied.
 *
 * @param graph its weights constants
 */
export function feedWeights(graph: Graph, weights: WeightInputs): Graph {
  const { own, transposedFrom } = weights.parameters;
  const constants = new Map<string, Value>();
  for (const input of liveNodes(graph).flatMap((node) => node.inputs)) {
    const isWeight = input?.constant && (own.has(input.name) || transposedFrom.has(input.name));
    if (isWeight) constants.set(input.name, input);
  }
  return rewrite(graph, () => undefined, (b) => {
    const fed = (name: string, shape: Value["shape"]) => {
      const input = weights.input(name, shape);
      if (!b.inputs.includes(input)) b.inputs.push(input);
      return input;
    };
    return new Map([...constants].map(([name, value]) => {
      const original = transposedFrom.get(name);
      if (original === undefined) return [value, fed(name, value.shape)];
      return [value, b.transpose(fed(original, value.shape.toReversed()), [1, 0])];
    }));
  });
}

/**
 * Differentiates the objective by all weights.
 *
 * @returns the graph with an output `<name>.gradient` for each weight that the objective depends on
 * @throws {CompileError} on an operator without a gradient
 */
export function differentiateByWeights(graph: Graph, weights: WeightInputs): Graph {
  const b = Builder.of(graph);
  const inputs = weights.of(graph);
  const found = gradientsOf(b, graph, OBJECTIVE, inputs);
  const gradients = inputs.flatMap((input, i): [string, Value][] =>
    found[i] ? [[gradientName(input), found[i]]] : []
  );
  return b.graph(new Map([...withoutObjective(graph).outputs, ...gradients]));
}

/** Appends an optimizer that moves all weights that have a gradient, which is then no longer an output. */
export function appendWeightOptimizer(graph: Graph, weights: WeightInputs, name: OptimizerName): Graph {
  const tuned = weights.of(graph).flatMap((input) => {
    const gradient = graph.outputs.get(gradientName(input));
    return gradient ? [{ input, gradient }] : [];
  });
  const gradientNames = new Set(tuned.map(({ input }) => gradientName(input)));
  return appendModelOptimizer(
    Builder.of(graph),
    new Map([...graph.outputs].filter(([output]) => !gradientNames.has(output))),
    tuned.map(({ input }) => input),
    tuned.map(({ gradient }) => gradient),
    name,
  );
}

function gradientName({ name }: Value): string {
  return `${name}.gradient`;
}
