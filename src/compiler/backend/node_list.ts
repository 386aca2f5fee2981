import type { NodeProto, TensorProto } from "onnx-buf";
import type { Attribute } from "../graph/attribute.ts";
import { int64 } from "../graph/constants.ts";
import type { Constant } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { node } from "./classifier_nodes.ts";
import { inlineTensor } from "./onnx_protos.ts";

/** Nodes of an export's own, and their constants, in the order in which they are computed. */
export class NodeList {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];

  /** @param own the prefix of their names, which must not collide with others in the file */
  constructor(protected readonly own: string) {}

  /** Adds a node. @returns its output's name */
  add(
    op: OperatorName,
    inputs: string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${this.own}${this.nodes.length}`,
  ): string {
    this.nodes.push(node(op, inputs, output, attributes));
    return output;
  }

  /** Adds a constant of int64. @returns its name */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(int64(values, dims));
  }

  /** Adds a constant. @returns its name */
  constant(constant: Constant, name = `${this.own}constant_${this.initializers.length}`): string {
    const tensor = inlineTensor(constant);
    tensor.name = name;
    this.initializers.push(tensor);
    return name;
  }
}
