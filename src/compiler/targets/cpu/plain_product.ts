import type { Node, Value } from "../../graph/graph.ts";
import type { Builder } from "../../ops/builder.ts";
import { definitionOf } from "../../ops/mod.ts";
import { floatAttribute, integerAttribute } from "../../ops/op_definition.ts";

/** alpha·A·B, either factor transposed over its last two axes first. */
export interface PlainProduct {
  readonly factors: readonly [Value, Value];
  readonly transposesA: boolean;
  readonly transposesB: boolean;
  readonly alpha: number;
}

/** The product of two float32 matrices, or stacks of them, that a node is; `undefined` where it is, or does, something else. */
export function plainProductAt(node: Node | null | undefined): PlainProduct | undefined {
  if (!node || definitionOf(node.op).isMatrixProduct !== true) return undefined;
  const [first, second, ...others] = node.inputs;
  if (!first || !second || others.length > 0 || node.outputs[0]!.type !== "float32") return undefined;
  return {
    factors: [first, second],
    transposesA: integerAttribute(node, "transA", 0) === 1,
    transposesB: integerAttribute(node, "transB", 0) === 1,
    alpha: floatAttribute(node, "alpha", 1),
  };
}

/** Adds a product. */
export function addProduct(b: Builder, { factors, transposesA, transposesB, alpha }: PlainProduct): Value {
  return b.op("com.microsoft.FusedMatMul", factors, {
    transA: transposesA ? 1 : 0,
    transB: transposesB ? 1 : 0,
    alpha: { float: alpha },
  });
}
