import type { Builder } from "../ops/builder.ts";
import type { Attributes, Value } from "../graph/graph.ts";
import { ofLength } from "../graph/tuple.ts";
import type { OperatorAttributes } from "../graph/operator_attributes.ts";
import {
  attributeAxis,
  floatAttribute,
  integerAttribute,
  required,
  stringAttribute,
} from "../ops/op_definition.ts";
import { type Fused, type Lowering, lowering } from "./lowering.ts";

/** The default epsilon of ONNX Runtime's fused norms. */
const FUSED_EPSILON = 1e-12;

function epsilonOf(attributes: Attributes): OperatorAttributes["LayerNormalization"] {
  return { axis: -1, epsilon: { float: floatAttribute({ attributes }, "epsilon", FUSED_EPSILON) } };
}

/** The sum of those that are given. */
function total(b: Builder, ...parts: (Value | null | undefined)[]): Value {
  return parts.filter((part) => part !== null && part !== undefined).reduce((sum, part) => b.add(sum, part));
}

/** Outputs of ONNX Runtime's skip norms: y, two statistics that inference has no use for, and the sum before the norm. */
function skipOutputs(y: Value, sum: Value): Value[] {
  return [y, y, y, sum];
}

/**
 * Word, position and type embeddings, summed and normalized. In place of its mask index it gives the mask that this would be
 * counted from.
 */
function embedLayerNorm(b: Builder, { inputs, attributes }: Fused): Value[] {
  const [ids, types, words, positions, typeTable, scale, bias, mask, positionIds] = inputs;
  const [batch, sequence] = ofLength(ids!.shape, 2, "the axes of token ids");
  const places = positionIds ?? b.op("Range", [b.integer(0), b.integer(sequence), b.integer(1)]);
  const sum = total(
    b,
    b.op("Gather", [words!, ids!], { axis: 0 }),
    b.op("Gather", [positions!, places], { axis: 0 }),
    types && typeTable ? b.op("Gather", [typeTable, types], { axis: 0 }) : null,
  );
  const y = b.op("LayerNormalization", [sum, scale!, bias!], epsilonOf(attributes));
  const ones = b.op("ConstantOfShape", [b.integers([batch, sequence])], {
    value: { tensor: { type: "int64", dims: [1], bytes: new Uint8Array(BigInt64Array.of(1n).buffer) } },
  });
  return [y, mask ?? ones, sum];
}

/** log Σ exp along the axes, which stay. */
function logSumExp(b: Builder, x: Value, axis: number): { largest: Value; log: Value } {
  const largest = b.op("ReduceMax", [x, b.integers([axis])], { keepdims: 1 });
  return { largest, log: b.op("Log", [b.sum(b.op("Exp", [b.subtract(x, largest)]), [axis])]) };
}

/** Activations with their bias, and norms with the sum before them. */
export const activationsAndNorms: Readonly<Record<string, Lowering>> = {
  "com.microsoft.BiasGelu": lowering(
    ["A", "B"],
    (b, { inputs }) => [b.op("com.microsoft.Gelu", [total(b, ...inputs)])],
  ),
  "com.microsoft.FastGelu": lowering(
    ["X", "bias?"],
    (b, { inputs }) => [b.op("com.microsoft.FastGelu", [total(b, ...inputs)])],
  ),
  Gelu: (b, node) => {
    const op = stringAttribute(node, "approximate", "none") === "tanh"
      ? "com.microsoft.FastGelu"
      : "com.microsoft.Gelu";
    return [b.op(op, [required(node, 0)])];
  },
  Swish: (b, node) => {
    const alpha = { float: floatAttribute(node, "alpha", 1) };
    return [b.op("com.microsoft.QuickGelu", [required(node, 0)], { alpha })];
  },
  LogSoftmax: (b, node) => {
    const x = required(node, 0);
    const { largest, log } = logSumExp(b, x, attributeAxis(node, -1));
    return [b.subtract(b.subtract(x, largest), log)];
  },
  "com.microsoft.SkipLayerNormalization": lowering(
    ["input", "skip", "gamma", "beta?", "bias?"],
    (b, { inputs: [x, skip, scale, bias, first], attributes }) => {
      const sum = total(b, x, skip, first);
      const zero = b.multiply(scale!, b.scalar(0));
      const y = b.op("LayerNormalization", [sum, scale!, bias ?? zero], epsilonOf(attributes));
      return skipOutputs(y, sum);
    },
  ),
  "com.microsoft.SkipSimplifiedLayerNormalization": lowering(
    ["input", "skip", "gamma", "bias?"],
    (b, { inputs: [x, skip, scale, first], attributes }) => {
      const sum = total(b, x, skip, first);
      return skipOutputs(b.op("SimplifiedLayerNormalization", [sum, scale!], epsilonOf(attributes)), sum);
    },
  ),
  RMSNormalization: (b, node) => {
    const epsilon = { float: floatAttribute(node, "epsilon", 1e-5) };
    const axis = integerAttribute(node, "axis", -1);
    return [
      b.op("SimplifiedLayerNormalization", [required(node, 0), required(node, 1)], { axis, epsilon }),
    ];
  },
  "com.microsoft.EmbedLayerNormalization": lowering(
    ["input_ids", "segment_ids?", "word_embedding", "position_embedding", "segment_embedding?", "gamma"]
      .concat(["beta", "mask?", "position_ids?"]),
    embedLayerNorm,
  ),
};
