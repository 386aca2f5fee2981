import type { Dimension } from "../graph/dimension.ts";
import { sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Builder } from "./builder.ts";
import type { Node, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { ofLength } from "../graph/tuple.ts";
import { scalarLike } from "./elementwise.ts";
import {
  askedOfFixed,
  axisUnder,
  broadcast,
  floatAttribute,
  integerAttribute,
  ofInputs,
  ofOutput,
  type OpDefinition,
  required,
  type SelectionRule,
} from "./op_definition.ts";
import { FLOATS, NUMBERS, signature } from "./operator_signature.ts";
import { checkBroadcastsTo, checkRank } from "./shape_checks.ts";

interface Transposed {
  readonly a: boolean;
  readonly b: boolean;
}

/** The shape of a product of stacks of matrices, which broadcast over the axes before the last two. */
function productShape(a: Value, b: Value, transposed: Transposed): Dimension[] {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new CompileError("a matrix product needs two axes in each factor");
  }
  const [rows, innerA] = lastTwo(a, transposed.a);
  const [innerB, columns] = lastTwo(b, transposed.b);
  if (!sameDimension(innerA, innerB)) {
    throw new CompileError(
      `inner dimensions ${innerA} and ${innerB} differ${askedOfFixed(innerA, innerB)}`,
    );
  }
  return [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
}

function lastTwo(value: Value, transposed: boolean): [Dimension, Dimension] {
  const [first, second] = ofLength(value.shape.slice(-2), 2, "the last axes of a matrix");
  return transposed ? [second, first] : [first, second];
}

/** The dimension that a matrix product sums over. */
export function summedDimension(node: Pick<Node, "inputs" | "attributes">): Dimension {
  return required(node, 0).shape.at(integerAttribute(node, "transA", 0) === 1 ? -2 : -1)!;
}

/** C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC; with a transposed factor, the transposes of these. */
function productGradient(b: Builder, dy: Value, node: Node, transposed: Transposed): [Value, Value] {
  const left = required(node, 0);
  const other = required(node, 1);
  return [
    transposed.a
      ? b.matmul(other, dy, { a: transposed.b, b: true })
      : b.matmul(dy, other, { b: !transposed.b }),
    transposed.b
      ? b.matmul(dy, left, { a: true, b: transposed.a })
      : b.matmul(left, dy, { a: !transposed.a }),
  ];
}

/** Rows come from the left factor, columns from the right one, the axes before from both. */
function productPassage(node: Node, axis: number, transposed: Transposed): SelectionRule {
  const left = required(node, 0);
  const other = required(node, 1);
  const rank = node.outputs[0]!.shape.length;
  if (axis === rank - 2) return { axes: [left.shape.length - (transposed.a ? 1 : 2), null] };
  if (axis === rank - 1) return { axes: [null, other.shape.length - (transposed.b ? 2 : 1)] };
  return { axes: [axisUnder(left.shape, axis, rank), axisUnder(other.shape, axis, rank)] };
}

const plain: Transposed = { a: false, b: false };

function flags(node: { attributes: Node["attributes"] }): Transposed {
  return { a: integerAttribute(node, "transA", 0) === 1, b: integerAttribute(node, "transB", 0) === 1 };
}

/** Matrix products. */
export const matrix = {
  MatMul: {
    signature: signature({ A: "T", B: "T" }, { T: NUMBERS }),
    isMatrixProduct: true,
    scalesWith: "each",
    float16: "computes",
    infer: (
      node,
    ) => [{ type: required(node, 0).type, shape: productShape(required(node, 0), required(node, 1), plain) }],
    gradient: ofOutput((b, node, dy) => productGradient(b, dy, node, plain)),
    selectionRule: (node, axis) => productPassage(node, axis, plain),
  },
  "com.microsoft.FusedMatMul": {
    signature: signature({ A: "T", B: "T" }, { T: FLOATS }),
    isMatrixProduct: true,
    float16: "computes",
    webgpuLacks: "kernel",
    infer: (node) => {
      if (integerAttribute(node, "transBatchA", 0) === 1 || integerAttribute(node, "transBatchB", 0) === 1) {
        throw new CompileError("transBatchA and transBatchB are not supported");
      }
      return [{
        type: required(node, 0).type,
        shape: productShape(required(node, 0), required(node, 1), flags(node)),
      }];
    },
    gradient: ofOutput((b, node, dy) => {
      const alpha = floatAttribute(node, "alpha", 1);
      const scaled = alpha === 1 ? dy : b.multiply(dy, scalarLike(b, dy, alpha));
      return productGradient(b, scaled, node, flags(node));
    }),
    selectionRule: (node, axis) => productPassage(node, axis, flags(node)),
  },
  // alpha·A·B + beta·C on plain matrices
  Gemm: {
    signature: signature({ A: "T", B: "T", "C?": "T" }, { T: NUMBERS }),
    isMatrixProduct: true,
    float16: "computes",
    infer: (node) => {
      const left = required(node, 0);
      const other = required(node, 1);
      if (left.shape.length !== 2) throw new CompileError("Gemm takes plain matrices");
      checkRank(node, 1, 2);
      const shape = productShape(left, other, flags(node));
      if (node.inputs[2]) checkBroadcastsTo(node, 2, shape);
      return [{ type: left.type, shape }];
    },
    gradient: ofOutput((b, node, dy) => {
      const scale = (factor: number) => factor === 1 ? dy : b.multiply(dy, scalarLike(b, dy, factor));
      const [left, other] = productGradient(b, scale(floatAttribute(node, "alpha", 1)), node, flags(node));
      const bias = node.inputs[2] ? scale(floatAttribute(node, "beta", 1)) : null;
      return ofInputs(node, [left, other, bias]);
    }),
    selectionRule: (node, axis) => {
      const bias = node.inputs[2];
      return {
        axes: [...productPassage(node, axis, flags(node)).axes, bias ? axisUnder(bias.shape, axis, 2) : null],
      };
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
