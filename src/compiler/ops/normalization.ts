import type { Dimension } from "../dimension.ts";
import { axisOf, integerAttribute, required, type Row } from "./row.ts";

/** Operators that normalize a vector and scale it. */
export const normalization: Readonly<Record<string, Row>> = {
  // Outputs: y, the mean and the inverse standard deviation, with size 1 along the axis; emission drops what nobody reads.
  LayerNormalization: {
    infer: (node) => {
      const { type, shape } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", -1), shape.length);
      const statistic: Dimension[] = shape.map((dimension, i) => i < axis ? dimension : 1);
      return [{ type, shape }, { type, shape: statistic }, { type, shape: statistic }];
    },
    // x̂ = (x - mean)/σ and g = dy·scale: dx = (g - mean(g) - x̂·mean(g·x̂))/σ (Ba et al. 2016, differentiated)
    gradient: (b, node, [dy]) => {
      const x = required(node, 0), scale = required(node, 1), bias = node.inputs[2];
      const first = axisOf(integerAttribute(node, "axis", -1), x.shape.length);
      const axes = Array.from({ length: x.shape.length - first }, (_, i) => first + i);
      const [, mean, inverse] = node.outputs;
      const normalized = b.multiply(b.subtract(x, mean!), inverse!);
      const g = b.multiply(dy!, scale);
      const along = b.multiply(normalized, b.mean(b.multiply(g, normalized), axes));
      const dx = b.multiply(b.subtract(b.subtract(g, b.mean(g, axes)), along), inverse!);
      return [dx, b.multiply(dy!, normalized), ...(bias ? [dy!] : [])];
    },
    passage: (node, axis) => {
      const rank = required(node, 0).shape.length;
      const normalized = axisOf(integerAttribute(node, "axis", -1), rank);
      return axis < normalized ? { axes: [axis, ...node.inputs.slice(1).map(() => null)] } : undefined;
    },
  },
};
