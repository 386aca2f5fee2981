import { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import { gradientsOf } from "./differentiate.ts";
import { type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { addLoss, type LossMean, OBJECTIVE, withoutObjective } from "./objective.ts";
import type { OnnxFile } from "../frontend/onnx_file.ts";
import { appendModelOptimizer, modelState, type OptimizerName, type StateTensor } from "./optimizer.ts";
import { floats, parametersOf } from "../frontend/parameters.ts";
import { rewrite } from "../ops/rewrite.ts";

/** A weight of a model that is tuned. */
export interface Parameter {
  /** As the model's file calls it. */
  readonly name: string;
  readonly dims: readonly number[];
  /** What it is before it is tuned. */
  readonly start: Float32Array;
}

/** A model's answer by what is read of it: the classes' logits, for which most of the head is left out, or all words'. */
export interface NarrowedAnswer {
  readonly classes: Graph;
  readonly words: Graph;
}

/** The graphs of model tuning. */
export interface ModelTuning {
  readonly parameters: readonly Parameter[];
  readonly state: readonly StateTensor[];
  /** A step, whose weights are inputs. */
  readonly step: Graph;
  /** The forward pass, whose weights are inputs. */
  readonly answer: NarrowedAnswer;
}

/**
 * Makes a step that tunes a whole model: its float initializers become inputs, and the loss is differentiated by all of them.
 * What an exporter has copied is one weight again: word embeddings that are the head, too, stay tied.
 *
 * @param answer the forward pass, its weights constants
 * @throws {CompileError} on an operator without a gradient, or weights that are not float32
 */
export function tuneModel(
  answer: NarrowedAnswer,
  file: OnnxFile,
  optimizer: OptimizerName,
  loss: LossMean,
): ModelTuning {
  const { own, transposedFrom } = parametersOf(file), fed = new Map<string, Value>();
  const withWeightsFed = (graph: Graph) => withInputs(graph, new Set(own.keys()), transposedFrom, fed);
  const graph = withWeightsFed(answer.classes), inputs = [...fed.values()];
  const b = Builder.of(addLoss(graph, loss)), complete = b.graph();
  const found = gradientsOf(b, complete, OBJECTIVE, inputs);
  const trained = inputs.flatMap((input, i) => found[i] ? [{ input, gradient: found[i] }] : []);
  const tuned = trained.map(({ input }) => input), { outputs } = withoutObjective(complete);
  const parameters = tuned.map(({ name, shape }) => {
    const start = floats(own.get(name)!, file);
    if (start === undefined) throw new CompileError(`the bytes of '${name}' in ${file.path} are not at hand`);
    // A copy: the file's bytes are given back when the model is compiled.
    return { name, dims: shape as readonly number[], start: start.slice() };
  });
  return {
    parameters,
    state: modelState(optimizer, tuned),
    step: appendModelOptimizer(b, outputs, tuned, trained.map(({ gradient }) => gradient), optimizer),
    answer: { classes: graph, words: withWeightsFed(answer.words) },
  };
}

/** The graph with its weights as inputs, those that it reads. @param inputs by name; those that it lacks are added */
function withInputs(
  graph: Graph,
  names: ReadonlySet<string>,
  transposedFrom: ReadonlyMap<string, string>,
  inputs: Map<string, Value>,
): Graph {
  const constants = new Map<string, Value>();
  for (const input of liveNodes(graph).flatMap((node) => node.inputs)) {
    const isWeight = input?.constant && (names.has(input.name) || transposedFrom.has(input.name));
    if (isWeight) constants.set(input.name, input);
  }
  return rewrite(graph, () => undefined, (b) => {
    const input = (name: string, shape: Value["shape"]) => {
      const known = inputs.get(name) ?? { name, type: "float32" as const, shape };
      inputs.set(name, known);
      if (!b.inputs.includes(known)) b.inputs.push(known);
      return known;
    };
    return new Map([...constants].map(([name, value]) => {
      const original = transposedFrom.get(name);
      if (original === undefined) return [value, input(name, value.shape)];
      return [value, b.transpose(input(original, value.shape.toReversed()), [1, 0])];
    }));
  });
}
