import type { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import { multiply, product } from "../graph/dimension.ts";
import type { Value } from "../graph/graph.ts";
import { mapTuple, ofLength } from "../graph/tuple.ts";
import { floatAttribute, integerAttribute, integersAttribute, required } from "../ops/op_definition.ts";
import { additiveMask, allowedKeys, causal, inReach, type Reach } from "./attention_mask.ts";
import { equalPart } from "./equal_part.ts";
import { type Fused, type Lowering, lowering, refuse } from "./lowering.ts";
import { integerProduct } from "./quantized.ts";
import { rotated, tableRows } from "./rotary.ts";

/** The value that ONNX Runtime's attention adds to the score of a masked key by default. */
const FUSED_FILTER = -10000;

/** The names of the parts of a packed projection. */
const QKV = ["query", "key", "value"];

/** [batch, sequence, heads · size] to [batch, heads, sequence, size]. */
function splitHeads(b: Builder, x: Value, heads: number): Value {
  const [batch, sequence, width] = ofLength(x.shape, 3, "the axes of queries, keys or values");
  return b.transpose(b.reshape(x, [batch, sequence, heads, equalPart(width, heads)]), [0, 2, 1, 3]);
}

/** [batch, heads, sequence, size] to [batch, sequence, heads · size]. */
function mergeHeads(b: Builder, x: Value): Value {
  const [batch, heads, sequence, size] = ofLength(x.shape, 4, "the axes of heads");
  return b.reshape(b.transpose(x, [0, 2, 1, 3]), [batch, sequence, multiply(heads, size)]);
}

/** Keys or values that several heads of queries share, once for each: [batch, groups, …] to [batch, heads, …]. */
function repeatHeads(b: Builder, x: Value, heads: number): Value {
  const [batch, groups, sequence, size] = ofLength(x.shape, 4, "the axes of groups of heads");
  if (groups === heads) return x;
  const each = b.reshape(x, [batch, groups, 1, sequence, size]);
  const copies = b.expand(each, [batch, groups, equalPart(heads, equalPart(groups, 1)), sequence, size]);
  return b.reshape(copies, [batch, heads, sequence, size]);
}

/**
 * softmax(scale · Q·Kᵀ + mask) · V (Vaswani et al. 2017).
 *
 * @param mask added to the scores, broadcast over [batch, heads, queries, keys]
 * @param softcap scores are bent to softcap · tanh(score / softcap); 0: as they are
 */
function attend(
  b: Builder,
  [q, k, v]: readonly [Value, Value, Value],
  scale: number,
  masks: readonly (Value | undefined)[],
  softcap: number,
): Value {
  const [, , , size] = ofLength(q.shape, 4, "the axes of queries");
  const root = scale || 1 / Math.sqrt(Number(size));
  let scores = b.matmul(b.multiply(q, b.scalar(root)), k, { b: true });
  if (softcap > 0) {
    scores = b.multiply(b.op("Tanh", [b.multiply(scores, b.scalar(1 / softcap))]), b.scalar(softcap));
  }
  for (const mask of masks) if (mask) scores = b.add(scores, mask);
  return b.matmul(b.op("Softmax", [scores], { axis: -1 }), v);
}

/** @throws {CompileError} where a cache that is not empty is given: a training step starts from no past */
function refusePast(pasts: readonly (Value | null | undefined)[]): void {
  for (const past of pasts) {
    if (past && past.shape.at(-2) !== 0) throw new CompileError("a past that is not empty is not supported");
  }
}

/** ONNX Runtime's attention over one tensor that queries, keys and values are all made of. */
const attention: Lowering = (b, node) => {
  const [x, weights, bias, mask, past, scores] = node.inputs;
  refusePast([past]);
  const sizes = integersAttribute(node, "qkv_hidden_sizes") ?? thirdsOf(weights!);
  const extents = ofLength(sizes, 3, "the sizes of queries, keys and values");
  const product = b.matmul(x!, weights!);
  return packedAttention(b, node, bias ? b.add(product, bias) : product, extents, mask, scores);
};

/** The widths of queries, keys and values where they are the same. */
function thirdsOf({ shape }: Value): readonly [number, number, number] {
  const third = equalPart(shape[1], 3);
  return [third, third, third];
}

/**
 * The same with whole numbers (inputs: X, W, bias, the scales of X and W, mask, the zero points of X and W, past), whose
 * product is straight through.
 */
const quantizedAttention: Lowering = (b, node) => {
  const [x, weights, bias, xScale, weightsScale, mask, xZero, weightsZero, past] = node.inputs;
  refusePast([past]);
  const scale = b.multiply(xScale!, weightsScale!);
  const packed = integerProduct(b, [x, weights, xZero, weightsZero], scale, bias);
  return packedAttention(b, node, packed, thirdsOf(weights!), mask, undefined);
};

/** Attention over queries, keys and values that lie side by side in the last axis of a tensor, `extents` wide. */
function packedAttention(
  b: Builder,
  node: Fused,
  packed: Value,
  extents: readonly [number, number, number],
  mask: Value | null | undefined,
  scores: Value | null | undefined,
): readonly Value[] {
  if (integerAttribute(node, "do_rotary", 0) === 1) throw new CompileError("do_rotary is not supported");
  const heads = integerAttribute(node, "num_heads", 1);
  const parts = b.split(packed, 2, extents, QKV);
  const [q, k, v] = mapTuple(parts, (part) => splitHeads(b, part, heads));
  const filter = floatAttribute(node, "mask_filter_value", FUSED_FILTER);
  const unidirectional = integerAttribute(node, "unidirectional", 0) === 1;
  const masks = [
    mask ? additiveMask(b, allowedKeys(b, mask, k), filter) : undefined,
    unidirectional ? additiveMask(b, causal(b, q, k)) : undefined,
    scores ?? undefined,
  ];
  return [mergeHeads(b, attend(b, [q, k, v], floatAttribute(node, "scale", 0), masks, 0))];
}

/** ONNX Runtime's attention over queries, keys and values that are given. */
const multiHeadAttention: Lowering = (b, node) => {
  const [query, key, value, bias, mask, scores, ...pasts] = node.inputs;
  refusePast(pasts.slice(0, 2));
  const heads = integerAttribute(node, "num_heads", 1);
  if (!key || !value) throw new CompileError("packed queries, keys and values are not supported");
  const parts = bias ? biased(b, [query!, key, value], bias) : [query!, key, value] as const;
  const [q, k, v] = mapTuple(parts, (part) => part.shape.length === 4 ? part : splitHeads(b, part, heads));
  const filter = floatAttribute(node, "mask_filter_value", FUSED_FILTER);
  const masks = [
    mask ? additiveMask(b, allowedKeys(b, mask, k), filter) : undefined,
    integerAttribute(node, "unidirectional", 0) === 1 ? additiveMask(b, causal(b, q, k)) : undefined,
    scores ?? undefined,
  ];
  return [mergeHeads(b, attend(b, [q, k, v], floatAttribute(node, "scale", 0), masks, 0)), k, v];
};

/** Queries, keys and values, each with its part of a bias. */
function biased(
  b: Builder,
  parts: readonly [Value, Value, Value],
  bias: Value,
): readonly [Value, Value, Value] {
  const widths = mapTuple(parts, ({ shape }) => {
    if (shape.length !== 3) throw new CompileError("a bias of keys that are split into heads");
    return equalPart(shape[2], 1);
  });
  const biases = b.split(bias, 0, widths);
  return mapTuple(parts, (part, i) => b.add(part, biases[i]!));
}

/** ONNX Runtime's causal attention, several heads of queries to one of keys (Ainslie et al. 2023). */
const groupQueryAttention: Lowering = (b, node) => {
  refuse(node, { 11: "head_sink" });
  if (integerAttribute(node, "smooth_softmax", 0) === 1) throw new CompileError("smooth_softmax");
  const [query, key, value, pastKey, pastValue, lengths, , , , positions, scores] = node.inputs;
  refusePast([pastKey, pastValue]);
  const heads = integerAttribute(node, "num_heads", 1);
  const groups = integerAttribute(node, "kv_num_heads", heads);
  const [q, k, v] = key && value ? [query!, key, value] as const : unpack(b, query!, heads, groups);
  const turn = (x: Value, count: number) => {
    if (integerAttribute(node, "do_rotary", 0) === 0) return splitHeads(b, x, count);
    const [batch, sequence, width] = ofLength(x.shape, 3, "the axes of queries or keys");
    const rows = b.reshape(x, [batch, sequence, count, equalPart(width, count)]);
    const tables = mapTuple([7, 8], (at) => tableRows(b, required(node, at), positions, rows));
    const turned = rotated(b, rows, ...tables, integerAttribute(node, "rotary_interleaved", 0) === 1);
    return b.transpose(turned, [0, 2, 1, 3]);
  };
  const queries = turn(q, heads);
  const keys = turn(k, groups);
  const values = splitHeads(b, v, groups);
  const window = integerAttribute(node, "local_window_size", -1);
  const reach: Reach = window > 0 ? { back: window } : {};
  const masks = [
    additiveMask(b, inReach(b, queries, keys, reach)),
    additiveMask(b, allowedKeys(b, maskBehind(b, lengths), keys)),
    scores ?? undefined,
  ];
  const shared = mapTuple([keys, values], (part) => repeatHeads(b, part, heads));
  const scale = floatAttribute(node, "scale", 0);
  const softcap = floatAttribute(node, "softcap", 0);
  return [mergeHeads(b, attend(b, [queries, ...shared], scale, masks, softcap)), keys, values];
};

/** The attention mask where the model has one: it holds more than the lengths that were counted from it. */
function maskBehind(b: Builder, lengths: Value | null | undefined): Value {
  const mask = b.inputs.find(({ name }) => name === "attention_mask");
  if (mask) return mask;
  return b.add(b.reshape(b.cast(lengths!, "int64"), [product(lengths!.shape)]), b.integer(1));
}

function unpack(b: Builder, packed: Value, heads: number, groups: number): readonly [Value, Value, Value] {
  const size = equalPart(packed.shape[2], heads + 2 * groups);
  return b.split(packed, 2, [heads * size, groups * size, groups * size], QKV);
}

/** ONNX's own attention (opset 23). */
const standardAttention: Lowering = (b, node) => {
  refusePast([node.inputs[4], node.inputs[5]]);
  const [query, key, value] = mapTuple([0, 1, 2], (at) => required(node, at));
  const flat = query.shape.length === 3;
  const mask = node.inputs[3];
  const heads = flat ? integerAttribute(node, "q_num_heads", 1) : equalPart(query.shape[1], 1);
  const groups = flat ? integerAttribute(node, "kv_num_heads", 1) : equalPart(key.shape[1], 1);
  const split = (x: Value, count: number) => flat ? splitHeads(b, x, count) : x;
  const [q, k, v] = [split(query, heads), split(key, groups), split(value, groups)];
  const masks = [
    mask ? (mask.type === "bool" ? additiveMask(b, mask) : mask) : undefined,
    integerAttribute(node, "is_causal", 0) === 1 ? additiveMask(b, causal(b, q, k)) : undefined,
  ];
  const scale = floatAttribute(node, "scale", 0);
  const softcap = floatAttribute(node, "softcap", 0);
  const y = attend(b, [q, repeatHeads(b, k, heads), repeatHeads(b, v, heads)], scale, masks, softcap);
  return [flat ? mergeHeads(b, y) : y, k, v];
};

/** Attention as an operator. */
export const attentions: Readonly<Record<string, Lowering>> = {
  "com.microsoft.Attention": lowering(
    ["input", "weights", "bias?", "mask_index?", "past?", "attention_bias?", "past_sequence_length?"],
    attention,
  ),
  "com.microsoft.QAttention": lowering(
    ["input", "weight", "bias", "input_scale", "weight_scale", "mask_index?", "input_zero_point?"]
      .concat(["weight_zero_point?", "past?"]),
    quantizedAttention,
  ),
  "com.microsoft.MultiHeadAttention": lowering(
    ["query", "key?", "value?", "bias?", "key_padding_mask?", "attention_bias?", "past_key?", "past_value?"]
      .concat(["past_sequence_length?", "cache_indirection?"]),
    multiHeadAttention,
  ),
  "com.microsoft.GroupQueryAttention": lowering(
    ["query", "key?", "value?", "past_key?", "past_value?", "seqlens_k", "total_sequence_length"]
      .concat(["cos_cache?", "sin_cache?", "position_ids?", "attention_bias?", "head_sink?"]),
    groupQueryAttention,
  ),
  Attention: lowering(
    ["Q", "K", "V", "attn_mask?", "past_key?", "past_value?", "nonpad_kv_seqlen?"],
    standardAttention,
  ),
};
