import type { Attributes, Constant } from "./attribute.ts";
import type { Dimension } from "./dimension.ts";
import type { ElementType } from "./element_types.ts";
import type { OperatorName } from "./operator_attributes.ts";

export type {
  Attribute,
  AttributeKind,
  AttributeKinds,
  Attributes,
  Constant,
  FileRegion,
  Float,
} from "./attribute.ts";

/** A tensor in a graph. Its element type and shape are known from the moment it exists. */
export interface Value {
  /** A hint for readers; emission makes names unique. */
  readonly name: string;
  /** The type of its elements. */
  readonly type: ElementType;
  /** Its shape in terms of the symbols; [] for a scalar. */
  readonly shape: readonly Dimension[];
  /** The elements of a small integer (or bool) tensor, row by row, where they are known in terms of the symbols. */
  readonly integers?: readonly Dimension[];
  /** Its elements, where they are known at compile time. */
  readonly constant?: Constant;
  /** The node that computes it; absent for inputs and constants. */
  readonly producer?: Node;
}

/** An operator applied to values. `null` is an omitted optional input. */
export interface Node {
  /** `MatMul`, or with its domain `com.microsoft.FusedMatMul`. */
  readonly op: OperatorName;
  /** Its name in the model's file, for messages. */
  readonly name: string;
  /** In the operator's order. */
  readonly inputs: readonly (Value | null)[];
  /** In the operator's order. */
  readonly outputs: readonly Value[];
  /** By their names. */
  readonly attributes: Attributes;
}

/** A computation: nodes in topological order. */
export interface Graph {
  /** What is fed when it runs. */
  readonly inputs: readonly Value[];
  /** What is computed, including nodes that no output needs: `liveNodes`. */
  readonly nodes: readonly Node[];
  /** What it gives, by name. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** The model's file, for messages. */
  readonly source: string;
  /** The number that the model's code multiplies its word embeddings by, where the file names it. */
  readonly multiplier?: number | undefined;
}

/** Receives each change that a pass makes to a graph: its kind, and its subject. */
export type PassLog = (action: string, to: string) => void;

/**
 * The nodes that the outputs need, in order. Values whose integers are known need no node.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compile, type Graph, liveNodes } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const passes: Graph[] = [];
 * compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
 *   onPass: (_pass, graph) => passes.push(graph),
 * });
 * const step = passes.at(-1)!;
 * assert(liveNodes(step).some(({ op }) => op === "Softmax"));
 * ```
 */
export function liveNodes(graph: Graph): Node[] {
  const needed = new Set<Node>();
  const visit = [...graph.outputs.values()];
  for (let value = visit.pop(); value !== undefined; value = visit.pop()) {
    const node = value.producer;
    if (value.integers !== undefined || node === undefined || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input !== null) visit.push(input);
  }
  return graph.nodes.filter((node) => needed.has(node));
}

/**
 * The values that depend on `from` through the elements of tensors, not only through their shapes: integers that are known in
 * terms of the symbols, as those of a shape are, depend on no elements.
 */
export function dependents(nodes: readonly Node[], from: readonly Value[]): Set<Value> {
  const found = new Set(from);
  for (const node of nodes) {
    if (node.inputs.some((input) => input !== null && found.has(input))) {
      for (const output of node.outputs) if (output.integers === undefined) found.add(output);
    }
  }
  return found;
}

/** The nodes that a value is computed by. */
export function ancestors(value: Value): Set<Node> {
  const found = new Set<Node>();
  const visit = [value];
  for (let next = visit.pop(); next !== undefined; next = visit.pop()) {
    const node = next.producer;
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) if (input !== null) visit.push(input);
  }
  return found;
}
