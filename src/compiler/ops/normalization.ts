import type { Dimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { codeOf, elementTypeOf } from "../graph/element_types.ts";
import type { Node } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { scalarLike } from "./elementwise.ts";
import {
  axisOf,
  floatAttribute,
  integerAttribute,
  ofInputs,
  ofOutput,
  type OpDefinition,
  type Output,
  required,
  type SelectionRule,
} from "./op_definition.ts";
import { FLOATS, signature } from "./operator_signature.ts";
import { checkBroadcastsTo, checkShape } from "./shape_checks.ts";

/** The axes that are normalized together: from the attribute's on. */
function normalizedAxes(node: Node): { first: number; axes: number[] } {
  const rank = required(node, 0).shape.length;
  const first = axisOf(integerAttribute(node, "axis", -1), rank);
  return { first, axes: Array.from({ length: rank - first }, (_, i) => first + i) };
}

/** A selection passes along any axis before the normalized ones. */
function rowsPass(node: Node, axis: number): SelectionRule | undefined {
  const { first } = normalizedAxes(node);
  return axis < first ? { axes: [axis, ...node.inputs.slice(1).map(() => null)] } : undefined;
}

/** Operators that normalize a vector and scale it. */
export const normalization = {
  // Outputs: y, the mean and the inverse standard deviation, with size 1 along the axis; emission drops unused ones. The two
  // statistics have the type that `stash_type` names: float32, whatever x is, where it is not given.
  LayerNormalization: {
    signature: signature({ X: "T", Scale: "T", "B?": "T" }, { T: FLOATS }),
    isNormalization: true,
    hasOptionalOutputs: true,
    mixedAxes: (node) => normalizedAxes(node).axes,
    infer: (node) => {
      const { type, shape } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", -1), shape.length);
      checkBroadcastsTo(node, 1, shape);
      if (node.inputs[2]) checkBroadcastsTo(node, 2, shape);
      const statistic: Dimension[] = shape.map((dimension, i) => i < axis ? dimension : 1);
      const stash = elementTypeOf(integerAttribute(node, "stash_type", codeOf("float32"))) ?? "float32";
      return [{ type, shape }, { type: stash, shape: statistic }, { type: stash, shape: statistic }];
    },
    // x̂ = (x - mean)/σ and g = dy·scale: dx = (g - mean(g) - x̂·mean(g·x̂))/σ (Ba et al. 2016, differentiated)
    gradient: (b, node, [dy, ...statistics]) => {
      if (dy === undefined || statistics.some((one) => one !== undefined)) {
        throw new CompileError("no gradient flows back through the mean and the deviation as outputs");
      }
      const x = required(node, 0);
      const scale = required(node, 1);
      const bias = node.inputs[2];
      const { axes } = normalizedAxes(node);
      const mean = b.cast(node.outputs[1]!, x.type);
      const inverse = b.cast(node.outputs[2]!, x.type);
      const normalized = b.multiply(b.subtract(x, mean), inverse);
      const g = b.multiply(dy, scale);
      const along = b.multiply(normalized, b.mean(b.multiply(g, normalized), axes));
      const dx = b.multiply(b.subtract(b.subtract(g, b.mean(g, axes)), along), inverse);
      return ofInputs(node, [dx, b.multiply(dy, normalized), bias ? dy : null]);
    },
    selectionRule: rowsPass,
  },
  // The norm of input + skip, and as the fourth output that sum. The two statistics between them have no kernel on WebGPU, which
  // this row is for: it is made after all gradients, and as it is imported it is a sum and a norm.
  "com.microsoft.SkipLayerNormalization": {
    signature: signature({ input: "T", skip: "T", gamma: "T", "beta?": "T" }, { T: FLOATS }),
    isNormalization: true,
    hasOptionalOutputs: true,
    mixedAxes: (node) => [required(node, 0).shape.length - 1],
    infer: (node) => {
      const { type, shape } = required(node, 0);
      checkShape(node, 1, shape);
      const statistic: Output = { type: "float32", shape: [...shape.slice(0, -1), 1] };
      return [{ type, shape }, statistic, statistic, { type, shape }];
    },
  },
  // RMSNorm (Zhang & Sennrich 2019). ONNX Runtime would give the inverse root mean square as a second output, but not on
  // WebGPU: the gradient recomputes it.
  SimplifiedLayerNormalization: {
    signature: signature({ X: "T", scale: "V" }, { T: FLOATS, V: FLOATS }),
    isNormalization: true,
    mixedAxes: (node) => normalizedAxes(node).axes,
    infer: (node) => {
      const { type, shape } = required(node, 0);
      axisOf(integerAttribute(node, "axis", -1), shape.length);
      checkBroadcastsTo(node, 1, shape);
      return [{ type, shape }];
    },
    // x̂ = x/rms and g = dy·scale: dx = (g - x̂·mean(g·x̂))/rms
    gradient: ofOutput((b, node, dy) => {
      const x = required(node, 0);
      const scale = required(node, 1);
      const { axes } = normalizedAxes(node);
      const epsilon = scalarLike(b, x, floatAttribute(node, "epsilon", 1e-5));
      const rms = b.op("Sqrt", [b.add(b.mean(b.multiply(x, x), axes), epsilon)]);
      const normalized = b.divide(x, rms);
      const g = b.multiply(dy, scale);
      const along = b.multiply(normalized, b.mean(b.multiply(g, normalized), axes));
      return [b.divide(b.subtract(g, along), rms), b.multiply(dy, normalized)];
    }),
    selectionRule: rowsPass,
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
