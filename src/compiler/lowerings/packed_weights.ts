import type { Builder } from "../ops/builder.ts";
import { multiply } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Constant, Value } from "../graph/graph.ts";
import { ofLength } from "../graph/tuple.ts";
import { axisOf, integerAttribute, required } from "../ops/op_definition.ts";
import type { Fused } from "./lowering.ts";

/**
 * The whole numbers of 4 or 8 bits in bytes, the low half first, by arithmetic that every device has.
 *
 * @param packed uint8 [rows, count]
 * @returns float32 [rows, count · 8 / bits]
 */
export function unpacked(b: Builder, packed: Value, bits: number): Value {
  const bytes = b.cast(packed, "float32");
  if (bits === 8) return bytes;
  const [rows, count] = ofLength(packed.shape, 2, "the axes of packed numbers");
  const high = b.op("Floor", [b.multiply(bytes, b.scalar(1 / 16))]);
  const low = b.subtract(bytes, b.multiply(high, b.scalar(16)));
  const pairs = [low, high].map((half) => b.reshape(half, [rows, count, 1]));
  return b.reshape(b.op("Concat", pairs, { axis: 2 }), [rows, multiply(2, count)]);
}

/** Whether a DequantizeLinear is of a form that came after the version of ONNX that is emitted: 4 bits, or scales by blocks. */
export function isPacked({ inputs: [x], attributes }: Fused): boolean {
  return x?.type === "int4" || x?.type === "uint4" || integerAttribute({ attributes }, "block_size", 0) > 0;
}

/**
 * (x - zero point) · scale of weights of 4 or 8 bits, each scale for a block along an axis, for a row or for all. It is made
 * of constants, so that a runtime that folds constants does it once.
 */
export function dequantizedWeights(b: Builder, node: Fused): readonly Value[] {
  const x = required(node, 0);
  const scale = required(node, 1);
  const zero = node.inputs[2];
  const block = integerAttribute(node, "block_size", 0);
  const axis = axisOf(integerAttribute(node, "axis", 1), Math.max(1, x.shape.length));
  const spread = (part: Value): Value => {
    if (part.shape.length === 0) return part;
    if (part.shape.length < x.shape.length) {
      return b.reshape(part, x.shape.map((_, i) => i === axis ? part.shape[0]! : 1));
    }
    const copies = part.shape.flatMap((size, i) => i === axis ? [size, block] : [size]);
    const each = b.reshape(part, part.shape.flatMap((size, i) => i === axis ? [size, 1] : [size]));
    const whole = b.reshape(
      b.expand(each, copies),
      part.shape.map((s, i) => i === axis ? Number(s) * block : s),
    );
    // The last block may be incomplete.
    return b.op("Slice", [whole, b.integers([0]), b.integers([x.shape[axis]!]), b.integers([axis])]);
  };
  const shifted = zero ? b.subtract(wholeNumbers(b, x), spread(wholeNumbers(b, zero))) : wholeNumbers(b, x);
  return [b.multiply(shifted, spread(scale))];
}

/** The whole numbers of a tensor of 4 or 8 bits as float32. */
function wholeNumbers(b: Builder, value: Value): Value {
  const { type, constant, name } = value;
  if (type !== "int4" && type !== "uint4") return b.cast(value, "float32");
  if (constant === undefined) throw new CompileError(`'${name}' of 4 bits is computed, not a weight`);
  const count = constant.dims.reduce((a, c) => a * c, 1);
  const bytes: Constant = { ...constant, type: "uint8", dims: [1, Math.ceil(count / 2)] };
  const flat = unpacked(b, b.constant(name, bytes), 4);
  const items = b.op("Slice", [flat, b.integers([0]), b.integers([count]), b.integers([1])]);
  const positive = b.reshape(items, constant.dims);
  if (type === "uint4") return positive;
  // Two's complement: 8 … 15 stand for -8 … -1.
  const wraps = b.op("Floor", [b.multiply(positive, b.scalar(1 / 8))]);
  return b.subtract(positive, b.multiply(wraps, b.scalar(16)));
}
