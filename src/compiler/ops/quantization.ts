import { CompileError } from "../graph/errors.ts";
import type { Builder } from "./builder.ts";
import { type Dimension, multiply, sameDimension } from "../graph/dimension.ts";
import type { Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import {
  type Asked,
  attributeAxis,
  axisOf,
  axisUnder,
  integerAttribute,
  ofInputs,
  ofOutput,
  type OpDefinition,
  required,
  STOP_GRADIENT,
} from "./op_definition.ts";
import { BYTES, FLOATS, INDICES, PACKED, QUANTIZED, signature } from "./operator_signature.ts";
import { checkShape } from "./shape_checks.ts";

/**
 * Operators on quantized numbers. What is rounded is differentiated straight through (Bengio et al. 2013), as if it had not
 * been: the gradient of a whole number is a float32 tensor, that of the real number it stands for. Zero points are whole
 * numbers, which have no gradient: they are taken as given.
 */
export const quantization = {
  QuantizeLinear: {
    signature: signature({ x: "T1", y_scale: "T3", "y_zero_point?": "T2" }, {
      T1: [...FLOATS, "int32"],
      T2: QUANTIZED,
      T3: FLOATS,
    }),
    isQuantization: true,
    webgpuLacks: "kernel",
    infer: (node) => {
      checkScale(node);
      return [{ type: node.inputs[2]?.type ?? "uint8", shape: required(node, 0).shape }];
    },
    // x/scale, whose slope by the scale is -(x/scale)/scale; with a DequantizeLinear of the same scale after it, the sum is
    // that of learned step sizes (Esser et al. 2020).
    gradient: ofOutput((b, node, dy) => {
      const x = required(node, 0);
      const scale = required(node, 1);
      const along = alongAxis(b, scale, x, node);
      const dx = b.divide(dy, along);
      const byScale = b.negate(b.divide(b.multiply(dx, x), along));
      return ofInputs(node, [dx, backToScale(b, byScale, along, scale), STOP_GRADIENT]);
    }),
  },
  DequantizeLinear: {
    signature: signature({ x: "T1", x_scale: "T2", "x_zero_point?": "T1" }, { T1: QUANTIZED, T2: FLOATS }),
    isQuantization: true,
    isDecoder: true,
    infer: (node) => {
      checkScale(node);
      return [{ type: required(node, 1).type, shape: required(node, 0).shape }];
    },
    gradient: ofOutput((b, node, dy) => {
      const x = required(node, 0);
      const scale = required(node, 1);
      const along = alongAxis(b, scale, x, node);
      const whole = node.inputs[2]
        ? b.subtract(b.cast(x, dy.type), alongAxis(b, b.cast(node.inputs[2], dy.type), x, node))
        : b.cast(x, dy.type);
      const byScale = backToScale(b, b.multiply(dy, whole), along, scale);
      return ofInputs(node, [b.multiply(dy, along), byScale, STOP_GRADIENT]);
    }),
    selectionRule: (node, axis) => {
      const scale = required(node, 1);
      if (scale.shape.length > 1) return undefined;
      const along = !isSingle(scale) && axis === attributeAxis(node, 1) ? 0 : null;
      return { axes: [axis, along, ...(node.inputs[2] ? [along] : [])] };
    },
  },
  // Outputs: the quantized tensor, its scale and its zero point. The scale is taken as given: it depends only on the two
  // most extreme numbers, and affects the others as rounding does.
  DynamicQuantizeLinear: {
    signature: signature({ x: "float32" }),
    isQuantization: true,
    webgpuLacks: "kernel",
    infer: (node) => [
      { type: "uint8", shape: required(node, 0).shape },
      { type: "float32", shape: [] },
      { type: "uint8", shape: [] },
    ],
    gradient: (b, node, [dy]) => [dy ? b.divide(dy, node.outputs[1]!) : STOP_GRADIENT],
  },
  // (A - a)·(B - b), A and B whole numbers with their zero points
  MatMulInteger: {
    signature: signature({ A: "T1", B: "T2", "a_zero_point?": "T1", "b_zero_point?": "T2" }, {
      T1: BYTES,
      T2: BYTES,
    }),
    isMatrixProduct: true,
    webgpuLacks: "kernel",
    infer: (node) => {
      const a = required(node, 0);
      const b = required(node, 1);
      if (b.shape.length !== 2) {
        throw new CompileError("the right factor of an integer product needs two axes");
      }
      if (!sameDimension(a.shape.at(-1)!, b.shape[0]!)) {
        throw new CompileError(`inner dimensions ${a.shape.at(-1)} and ${b.shape[0]} differ`);
      }
      return [{ type: "int32", shape: [...a.shape.slice(0, -1), b.shape[1]!] }];
    },
    gradient: ofOutput((b, node, dy) => {
      const [left, other, leftZero, rightZero] = node.inputs;
      const shifted = (whole: Value, zero: Value | null | undefined) =>
        zero ? b.subtract(b.cast(whole, "float32"), b.cast(zero, "float32")) : b.cast(whole, "float32");
      const dLeft = b.matmul(dy, shifted(other!, rightZero), { b: true });
      // A zero point for each row of the left factor has no axis for its columns.
      const rows = leftZero?.shape.length === 1 ? b.reshape(leftZero, [leftZero.shape[0]!, 1]) : leftZero;
      const dRight = b.matmul(shifted(left!, rows), dy, { a: true });
      return ofInputs(node, [dLeft, dRight, STOP_GRADIENT, STOP_GRADIENT]);
    }),
    selectionRule: (node, axis) => {
      const { shape } = required(node, 0);
      const rank = shape.length;
      const zero = node.inputs[3];
      if (axis < rank - 1) return { axes: [axis, null, null, null].slice(0, node.inputs.length) };
      return {
        axes: [null, 1, null, zero ? axisUnder(zero.shape, 0, 1) : null].slice(0, node.inputs.length),
      };
    },
  },
  // Rows of a table that is quantized in blocks: an embedding layer's lookup, never differentiated.
  "com.microsoft.GatherBlockQuantized": {
    signature: signature({ data: "T1", indices: "Tind", scales: "T2", "zero_points?": "T1" }, {
      T1: [...PACKED, "uint8"],
      T2: FLOATS,
      Tind: INDICES,
    }),
    lookup: { of: "slices", axis: "gather_axis" },
    infer: (node) => {
      const data = required(node, 0);
      const indices = required(node, 1);
      const scales = required(node, 2);
      const axis = axisOf(integerAttribute(node, "gather_axis", 0), data.shape.length);
      const packed = data.type === "uint8" ? 8 / integerAttribute(node, "bits", 4) : 1;
      const shape: Dimension[] = [
        ...data.shape.slice(0, axis),
        ...indices.shape,
        ...data.shape.slice(axis + 1),
      ];
      shape[shape.length - 1] = multiply(shape.at(-1)!, packed);
      return [{ type: scales.type, shape }];
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;

/** The gradient of a scale, from that of the repeated scale of `alongAxis`. */
function backToScale(b: Builder, gradient: Value, along: Value, scale: Value): Value {
  return b.reshape(b.unbroadcast(gradient, along.shape), scale.shape);
}

/** @throws {CompileError} where a scale of one axis does not fit it, or the zero points do not fit the scale */
function checkScale(node: Asked): void {
  const { shape } = required(node, 1);
  const extent = required(node, 0).shape.at(integerAttribute(node, "axis", 1));
  if (shape.length === 1 && shape[0] !== 1) checkShape(node, 1, extent === undefined ? [] : [extent]);
  const zero = node.inputs[2];
  if (zero && !(isSingle(zero) && isSingle(required(node, 1)))) checkShape(node, 2, shape);
}

/** Whether there is one scale for the whole tensor, whichever axis is named: ONNX Runtime takes [1] for a scalar. */
function isSingle({ shape }: Value): boolean {
  return shape.length === 0 || (shape.length === 1 && shape[0] === 1);
}

/** A scale for each place of an axis, seen in the rank of the tensor that it scales; a single one as it is. */
function alongAxis(b: Builder, scale: Value, of: Value, node: Parameters<typeof integerAttribute>[0]): Value {
  if (isSingle(scale)) return b.reshape(scale, []);
  const axis = axisOf(integerAttribute(node, "axis", 1), of.shape.length);
  return b.reshape(scale, of.shape.map((_, i) => i === axis ? scale.shape[0]! : 1));
}
