import type { Dimension } from "./dimension.ts";
import type { ElementType } from "./element_types.ts";

/** A piece of a file: where an initializer's bytes lie on disk, so that a graph can point at them and not copy them. */
export interface FileRegion {
  /** The file's path. */
  readonly path: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A tensor known at compile time. Its bytes are little-endian, row by row, a view into the model's file where they can be. */
export interface Constant {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Absent when the tensor lies in a file beside the model that has not been read. */
  readonly bytes?: Uint8Array;
  /** Present when the bytes can be referred to in a file. */
  readonly region?: FileRegion;
}

/** A float attribute; a plain number is an integer attribute. */
export interface Float {
  readonly float: number;
}

/** An attribute of a node: integer(s), float(s), string(s) or a tensor. */
export type Attribute =
  | number
  | readonly number[]
  | Float
  | { readonly floats: readonly number[] }
  | string
  | readonly string[]
  | { readonly tensor: Constant };

/** The attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A tensor in a graph. Its element type and shape are known from the moment it exists. */
export interface Value {
  /** A hint for readers; emission makes names unique. */
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
  /** The elements of a small integer (or bool) tensor, row by row, where they are known in terms of the symbols. */
  readonly integers?: readonly Dimension[];
  readonly constant?: Constant;
  /** The node that computes it; absent for inputs and constants. */
  readonly producer?: Node;
}

/** An operator applied to values. `null` stands for an optional input that is not given. */
export interface Node {
  /** `MatMul`, or with its domain `com.microsoft.FusedMatMul`. */
  readonly op: string;
  /** Its name in the model's file, for messages. */
  readonly name: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A computation: nodes in an order in which each comes after what it needs. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Value>;
  /** The model's file, for messages. */
  readonly source: string;
}

/** Told of what a pass does to a graph, deed by deed: what it did, and to what. */
export type PassLog = (action: string, to: string) => void;

/** The nodes that the outputs need, in order. Values whose integers are known need no node. */
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

/** The values that depend on `from` through the elements of tensors, not only through their shapes. */
export function dependents(nodes: readonly Node[], from: readonly Value[]): Set<Value> {
  const found = new Set(from);
  for (const node of nodes) {
    if (node.op === "Shape" || node.op === "Size") continue;
    if (node.inputs.some((input) => input !== null && found.has(input))) {
      for (const output of node.outputs) if (output.integers === undefined) found.add(output);
    }
  }
  return found;
}

/** The nodes that a value is computed by. */
export function ancestors(value: Value): Set<Node> {
  const found = new Set<Node>(), visit = [value];
  for (let next = visit.pop(); next !== undefined; next = visit.pop()) {
    const node = next.producer;
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    for (const input of node.inputs) if (input !== null) visit.push(input);
  }
  return found;
}
