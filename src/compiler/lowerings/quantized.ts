import type { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { integerAttribute, required } from "../ops/op_definition.ts";
import { type Lowering, lowering, refuse } from "./lowering.ts";
import { unpacked } from "./packed_weights.ts";

/**
 * x · Wᵀ, W quantized in blocks along its rows: `B` uint8 [N, blocks, bytes of a block], a scale and a zero point for each
 * block. The whole matrix is made of constants, so that a runtime that folds constants does it once.
 */
const matMulNBits: Lowering = (b, node) => {
  refuse(node, { 4: "g_idx" });
  const bits = integerAttribute(node, "bits", 4);
  const block = integerAttribute(node, "block_size", 32);
  const inner = integerAttribute(node, "K", 0);
  const columns = integerAttribute(node, "N", 0);
  if (bits !== 4 && bits !== 8) throw new CompileError(`weights of ${bits} bits are not supported`);
  const x = required(node, 0);
  const packed = required(node, 1);
  if (block <= 0) throw new CompileError(`blocks of ${block} weights`);
  const blocks = Math.ceil(inner / block);
  const whole = b.reshape(packed, [columns, blocks * block * bits / 8]);
  const numbers = b.reshape(unpacked(b, whole, bits), [columns, blocks, block]);
  const scales = b.reshape(required(node, 2), [columns, blocks, 1]);
  const matrix = b.multiply(b.subtract(numbers, zeroPoints()), scales);
  const padded = b.reshape(matrix, [columns, blocks * block]);
  const weights = blocks * block === inner
    ? padded
    : b.op("Slice", [padded, b.integers([0]), b.integers([inner]), b.integers([1])]);
  const y = b.matmul(x, weights, { b: true });
  const bias = node.inputs[5];
  return [bias ? b.add(y, bias) : y];

  function zeroPoints(): Value {
    const given = node.inputs[3];
    if (!given) return b.scalar(2 ** (bits - 1));
    if (given.type !== "uint8") return b.reshape(given, [columns, blocks, 1]);
    const each = Math.ceil(blocks * bits / 8);
    const all = unpacked(b, b.reshape(given, [columns, each]), bits);
    const slice = b.op("Slice", [all, b.integers([0]), b.integers([blocks]), b.integers([1])]);
    return b.reshape(slice, [columns, blocks, 1]);
  }
};

/**
 * (X - x)·(W - w)·scale + bias, X and W whole numbers with their zero points x and w.
 *
 * @param factors X, W, x and w
 */
export function integerProduct(
  b: Builder,
  [x, weights, xZero, weightsZero]: readonly (Value | null | undefined)[],
  scale: Value,
  bias: Value | null | undefined,
): Value {
  const whole = b.op("MatMulInteger", [x!, weights!, xZero ?? null, weightsZero ?? null]);
  const y = b.multiply(b.cast(whole, "float32"), scale);
  return bias ? b.add(y, bias) : y;
}

/** Products with quantized factors. */
export const quantizedProducts: Readonly<Record<string, Lowering>> = {
  "com.microsoft.MatMulNBits": lowering(["A", "B", "scales", "zero_points?", "g_idx?", "bias?"], matMulNBits),
  "com.microsoft.MatMulIntegerToFloat": lowering(
    ["A", "B", "a_scale", "b_scale", "a_zero_point?", "b_zero_point?", "bias?"],
    (b, { inputs: [x, w, xScale, wScale, xZero, wZero, bias] }) => [
      integerProduct(b, [x, w, xZero, wZero], b.multiply(xScale!, wScale!), bias),
    ],
  ),
  "com.microsoft.DynamicQuantizeMatMul": lowering(
    ["A", "B", "b_scale", "b_zero_point?", "bias?"],
    (b, { inputs: [x, w, wScale, wZero, bias] }) => {
      const [quantized, scale, zero] = b.node("DynamicQuantizeLinear", [x!], {}, "", ["", "", ""]);
      return [integerProduct(b, [quantized, w, zero, wZero], b.multiply(scale!, wScale!), bias)];
    },
  ),
  QLinearMatMul: lowering(
    ["a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale", "y_zero_point"],
    (b, { inputs: [x, xScale, xZero, w, wScale, wZero, yScale, yZero] }) => {
      const left = b.op("DequantizeLinear", [x!, xScale!, xZero!], { axis: -1 });
      const other = b.op("DequantizeLinear", [w!, wScale!, wZero!], { axis: -1 });
      return [b.op("QuantizeLinear", [b.matmul(left, other), yScale!, yZero!], { axis: -1 })];
    },
  ),
};
