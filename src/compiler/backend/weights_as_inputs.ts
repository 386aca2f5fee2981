import { codeOf, type ElementType, elementTypeOf } from "../graph/element_types.ts";
import {
  graphNamed,
  type GraphParts,
  inputPart,
  nodeOn,
  type NodePart,
  outputPart,
  readParts,
  tensorAt,
  type TensorPart,
  type TensorPlace,
  writeParts,
} from "./graph_parts.ts";

/** The element types of weights that can be inputs. */
export type WeightType = Extract<ElementType, "float32" | "float16">;

/** A weight that a graph reads: a tensor of a file as it is, or what nodes compute from such and from constants alone. */
export interface GraphWeight {
  /** The name of the value in the graph. */
  readonly name: string;
  /** The tensors of files that it is made of. */
  readonly tensors: readonly FileTensor[];
  /**
   * The graph that computes it, as its only output {@linkcode COMPUTED}; absent where the weight is the one tensor.
   *
   * @param place where each of the tensors lies instead
   */
  readonly computed?: (place: (tensor: FileTensor) => TensorPlace) => Uint8Array;
}

/** A tensor that lies in a file. */
export type FileTensor = TensorPart & { readonly place: TensorPlace };

/** The type and the shape of a weight. */
export interface WeightShape {
  readonly type: WeightType;
  readonly dims: readonly number[];
}

/** The output of the graph that computes a weight. */
export const COMPUTED = "computed";

/** A graph whose weights can be made inputs. */
export interface GraphOfWeights {
  /** The weights that can be. */
  readonly weights: readonly GraphWeight[];
  /**
   * The graph with some of its weights as inputs; what nothing else needs is left out.
   *
   * @param inputs the weights by name
   * @returns the file, and the tensors of files that it still reads
   */
  withInputs(inputs: ReadonlyMap<string, WeightShape>): {
    readonly tensors: readonly FileTensor[];
    /** @param place where each of these lies instead */
    bytes(place: (tensor: FileTensor) => TensorPlace): Uint8Array;
  };
}

/** The least number of axes: a runtime may merge vectors into other constants, and they take next to nothing. */
const LEAST_AXES = 2;

/**
 * Finds the weights of a graph that can be inputs instead, so that several sessions read the same copy: all that a runtime would compute
 * of weights when it opens the graph is one of them, so that it need not be computed in each run.
 *
 * @param bytes an ONNX file whose weights are external data
 * @returns nothing where the file has functions, or graphs in nodes, which may read weights
 * @throws {RangeError} where the bytes are not an ONNX file
 */
export function graphOfWeights(bytes: Uint8Array): GraphOfWeights | undefined {
  const parts = readParts(bytes);
  if (parts.hasFunctions || parts.nodes.some(({ hasGraphs }) => hasGraphs)) return undefined;
  const constants = new Constants(parts);
  const read = new Set(
    parts.nodes.filter((node) => !constants.isComputedBy(node)).flatMap(({ inputs }) => inputs),
  );
  const weights = [...read].map((name) => constants.weight(name)).filter((one) => one !== undefined);
  return {
    weights,
    withInputs: (inputs) => {
      const kept = withInputs(parts, inputs);
      const tensors = kept.tensors.filter(isInFile);
      return {
        tensors,
        bytes: (place) => writeParts({ ...kept, tensors: kept.tensors.map((one) => relocated(one, place)) }),
      };
    },
  };
}

/** The values of a graph that are known before it runs. */
class Constants {
  private readonly tensors: ReadonlyMap<string, TensorPart>;
  /** The nodes that compute such values of others, by their outputs. */
  private readonly producers = new Map<string, NodePart>();

  constructor(private readonly parts: GraphParts) {
    this.tensors = new Map(parts.tensors.map((tensor) => [tensor.name, tensor]));
    for (const node of parts.nodes) {
      const inputs = node.inputs.filter((name) => name !== "");
      if (inputs.length === 0 || !inputs.every((name) => this.has(name))) continue;
      for (const output of node.outputs) this.producers.set(output, node);
    }
  }

  private has(name: string): boolean {
    return this.tensors.has(name) || this.producers.has(name);
  }

  isComputedBy({ outputs }: NodePart): boolean {
    return outputs.some((name) => this.producers.has(name));
  }

  /** The weight of this name, where it is one that can be an input as far as is known. */
  weight(name: string): GraphWeight | undefined {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) {
      return isInFile(tensor) && canBeInput(elementTypeOf(tensor.type), tensor.dims)
        ? { name, tensors: [tensor] }
        : undefined;
    }
    if (!this.producers.has(name)) return undefined;
    const tensors = this.ancestors(name).tensors.filter(isInFile);
    if (!tensors.some(({ dims }) => dims.length >= LEAST_AXES)) return undefined;
    return { name, tensors, computed: (place) => this.computing(name, place) };
  }

  /** The graph that computes a value; its names are the same for the same computation, whatever they are in this graph. */
  private computing(name: string, place: (tensor: FileTensor) => TensorPlace): Uint8Array {
    const { tensors, nodes } = this.ancestors(name);
    const names = new Map([[name, COMPUTED], ["", ""]]);
    const called = (one: string) => {
      const found = names.get(one) ?? `${names.size}`;
      names.set(one, found);
      return found;
    };
    return writeParts({
      ofModel: this.parts.ofModel,
      ofGraph: graphNamed(COMPUTED),
      tensors: tensors.map((one) => tensorAt(one, called(one.name), isInFile(one) ? place(one) : undefined)),
      nodes: nodes.map((node) => nodeOn(node, node.inputs.map(called), node.outputs.map(called))),
      inputs: [],
      outputs: [outputPart(COMPUTED)],
    });
  }

  /** What a value is computed of, in an order that only depends on how. */
  private ancestors(
    name: string,
  ): { readonly tensors: readonly TensorPart[]; readonly nodes: readonly NodePart[] } {
    const tensors = new Set<TensorPart>();
    const nodes = new Set<NodePart>();
    const visit = (one: string) => {
      const tensor = this.tensors.get(one);
      if (tensor !== undefined) tensors.add(tensor);
      const node = this.producers.get(one);
      if (node === undefined || nodes.has(node)) return;
      node.inputs.forEach(visit);
      nodes.add(node);
    };
    visit(name);
    return { tensors: [...tensors], nodes: [...nodes] };
  }
}

/** Whether a weight can be an input. */
export function canBeInput(type: string | undefined, dims: readonly number[]): type is WeightType {
  return (type === "float32" || type === "float16") && dims.length >= LEAST_AXES;
}

function isInFile(tensor: TensorPart): tensor is FileTensor {
  return tensor.place !== undefined;
}

function relocated(tensor: TensorPart, place: (tensor: FileTensor) => TensorPlace): TensorPart {
  return isInFile(tensor) ? tensorAt(tensor, tensor.name, place(tensor)) : tensor;
}

function withInputs(parts: GraphParts, inputs: ReadonlyMap<string, WeightShape>): GraphParts {
  const needed = new Set(parts.outputs.map(({ name }) => name));
  const nodes = parts.nodes.toReversed().filter(({ inputs: read, outputs }) => {
    const isNeeded = outputs.some((name) => needed.has(name) && !inputs.has(name));
    if (isNeeded) { for (const name of read) needed.add(name); }
    return isNeeded;
  }).reverse();
  const tensors = parts.tensors.filter(({ name }) => needed.has(name) && !inputs.has(name));
  const [before, after] = [parts.tensors, tensors].map((held) => new Set(held.map(({ name }) => name)));
  // A tensor may be the default of an input, which goes where the tensor does.
  const own = parts.inputs.filter(({ name }) => !before!.has(name) || after!.has(name));
  const more = [...inputs].map(([name, { type, dims }]) => inputPart(name, codeOf(type), dims));
  return { ...parts, nodes, tensors, inputs: [...own, ...more] };
}
