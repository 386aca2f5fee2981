import type { AttributeKind, AttributeKinds } from "./attribute.ts";

/** An attribute of an operator: its kind, which need not be given unless it is required, and its values where these are few. */
export type AttributeSchema =
  | AttributeKind
  | { readonly required: AttributeKind }
  | { readonly oneOf: readonly number[] | readonly string[] };

/** The attributes of an operator by their names. */
export type AttributeTable = Readonly<Record<string, AttributeSchema>>;

/** Operators along one axis. */
const ALONG = { axis: "integer" } as const;

/** Normalizations over the last axes; statistics are in float32 or bfloat16, by the codes of `TensorProto.DataType`. */
const NORMALIZATION = { axis: "integer", epsilon: "float", stash_type: { oneOf: [1, 16] } } as const;

/** Activations with a slope or a factor. */
const SCALED = { alpha: "float" } as const;

/**
 * The operators that a graph can hold, by their names, prefixed with their domains where these are not ONNX's own, and the
 * attributes that each takes in the version of ONNX that is emitted
 * (https://onnx.ai/onnx/operators/). An operator has a row in `ops/` if and only if it is named here: all else does not compile.
 * Everything is written out: the types that the package declares are read off without inference.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OPERATOR_ATTRIBUTES } from "softprompt/compiler";
 *
 * assertEquals(OPERATOR_ATTRIBUTES.Softmax, { axis: "integer" });
 * ```
 */
export const OPERATOR_ATTRIBUTES = {
  Abs: {},
  Add: {},
  And: {},
  ArgMax: { axis: "integer", keepdims: { oneOf: [0, 1] }, select_last_index: { oneOf: [0, 1] } },
  Cast: { to: { required: "integer" } },
  Ceil: {},
  Clip: {},
  Concat: { axis: { required: "integer" } },
  ConstantOfShape: { value: "tensor" },
  Cos: {},
  CumSum: { exclusive: { oneOf: [0, 1] }, reverse: { oneOf: [0, 1] } },
  DequantizeLinear: { axis: "integer" },
  Div: {},
  DynamicQuantizeLinear: {},
  Elu: { alpha: "float" },
  Equal: {},
  Erf: {},
  Exp: {},
  Expand: {},
  Flatten: { axis: "integer" },
  Floor: {},
  Gather: { axis: "integer" },
  GatherElements: { axis: "integer" },
  GatherND: { batch_dims: "integer" },
  Gemm: { transA: { oneOf: [0, 1] }, transB: { oneOf: [0, 1] }, alpha: "float", beta: "float" },
  Greater: {},
  GreaterOrEqual: {},
  Identity: {},
  IsInf: { detect_negative: { oneOf: [0, 1] }, detect_positive: { oneOf: [0, 1] } },
  IsNaN: {},
  LayerNormalization: { axis: "integer", epsilon: "float", stash_type: { oneOf: [1, 16] } },
  LeakyRelu: { alpha: "float" },
  Less: {},
  LessOrEqual: {},
  Log: {},
  MatMul: {},
  MatMulInteger: {},
  Max: {},
  Min: {},
  Mod: { fmod: { oneOf: [0, 1] } },
  Mul: {},
  Neg: {},
  Not: {},
  OneHot: { axis: "integer" },
  Or: {},
  Pad: { mode: { oneOf: ["constant", "reflect", "edge"] } },
  Pow: {},
  QuantizeLinear: { axis: "integer" },
  Range: {},
  Reciprocal: {},
  ReduceL2: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceMax: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceMean: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceMin: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceProd: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceSum: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  ReduceSumSquare: { keepdims: { oneOf: [0, 1] }, noop_with_empty_axes: { oneOf: [0, 1] } },
  Relu: {},
  Reshape: { allowzero: { oneOf: [0, 1] } },
  Round: {},
  ScatterElements: { axis: "integer", reduction: { oneOf: ["none", "add", "mul", "min", "max"] } },
  ScatterND: { reduction: { oneOf: ["none", "add", "mul", "min", "max"] } },
  Shape: { start: "integer", end: "integer" },
  Sigmoid: {},
  Sign: {},
  SimplifiedLayerNormalization: { axis: "integer", epsilon: "float", stash_type: { oneOf: [1, 16] } },
  Sin: {},
  Size: {},
  Slice: {},
  Softmax: { axis: "integer" },
  Softplus: {},
  Split: { axis: "integer" },
  Sqrt: {},
  Squeeze: {},
  Sub: {},
  Tanh: {},
  Tile: {},
  Transpose: { perm: "integers" },
  Trilu: { upper: { oneOf: [0, 1] } },
  Unsqueeze: {},
  Where: {},
  Xor: {},
  "com.microsoft.FastGelu": {},
  "com.microsoft.FusedMatMul": {
    transA: { oneOf: [0, 1] },
    transB: { oneOf: [0, 1] },
    transBatchA: { oneOf: [0, 1] },
    transBatchB: { oneOf: [0, 1] },
    alpha: "float",
  },
  "com.microsoft.GatherBlockQuantized": {
    gather_axis: "integer",
    quantize_axis: "integer",
    block_size: "integer",
    bits: "integer",
  },
  "com.microsoft.Gelu": {},
  "com.microsoft.QuickGelu": { alpha: "float" },
  "com.microsoft.SkipLayerNormalization": { epsilon: "float" },
} as const;

/** The attributes of attention that ONNX Runtime fuses. */
interface FusedAttention {
  readonly num_heads: "integer";
  readonly unidirectional: "integer";
  readonly mask_filter_value: "float";
  readonly scale: "float";
  readonly do_rotary: "integer";
}

/** The attributes that lowerings read of the operators that are replaced as they are imported. */
interface LoweredAttributes {
  readonly Attention: {
    readonly q_num_heads: "integer";
    readonly kv_num_heads: "integer";
    readonly is_causal: "integer";
    readonly scale: "float";
    readonly softcap: "float";
  };
  readonly Einsum: { readonly equation: "string" };
  readonly Gelu: { readonly approximate: "string" };
  readonly LogSoftmax: typeof ALONG;
  readonly RMSNormalization: typeof NORMALIZATION;
  readonly RotaryEmbedding: { readonly interleaved: "integer"; readonly num_heads: "integer" };
  readonly SplitToSequence: { readonly axis: "integer"; readonly keepdims: "integer" };
  readonly Swish: typeof SCALED;
  readonly "com.microsoft.Attention": FusedAttention & { readonly qkv_hidden_sizes: "integers" };
  readonly "com.microsoft.EmbedLayerNormalization": { readonly epsilon: "float" };
  readonly "com.microsoft.GroupQueryAttention": {
    readonly num_heads: "integer";
    readonly kv_num_heads: "integer";
    readonly do_rotary: "integer";
    readonly rotary_interleaved: "integer";
    readonly local_window_size: "integer";
    readonly smooth_softmax: "integer";
    readonly scale: "float";
    readonly softcap: "float";
  };
  readonly "com.microsoft.MatMulNBits": {
    readonly bits: "integer";
    readonly block_size: "integer";
    readonly K: "integer";
    readonly N: "integer";
  };
  readonly "com.microsoft.MultiHeadAttention": FusedAttention;
  readonly "com.microsoft.QAttention": FusedAttention;
  readonly "com.microsoft.RotaryEmbedding": {
    readonly interleaved: "integer";
    readonly num_heads: "integer";
  };
  readonly "com.microsoft.SkipSimplifiedLayerNormalization": { readonly epsilon: "float" };
}

/** The name of an operator that a graph can hold. */
export type OperatorName = keyof typeof OPERATOR_ATTRIBUTES;

/** The attributes that each operator takes. */
export type OperatorAttributes = {
  readonly [Name in OperatorName]: AttributesOf<(typeof OPERATOR_ATTRIBUTES)[Name]>;
};

/** The attributes that a table names; none where it is empty. */
export type AttributesOf<Table extends AttributeTable> = keyof Table extends never
  ? Readonly<Record<string, never>>
  :
    & {
      readonly [Name in keyof Table as Table[Name] extends Required ? never : Name]?: ValueOf<
        Table[Name]
      >;
    }
    & {
      readonly [Name in keyof Table as Table[Name] extends Required ? Name : never]: ValueOf<
        Table[Name]
      >;
    };

/** What an attribute must be declared as to be required. */
interface Required {
  readonly required: AttributeKind;
}

type ValueOf<Schema extends AttributeSchema> = Schema extends { readonly oneOf: readonly (infer Value)[] }
  ? Value
  : AttributeKinds[KindOf<Schema>];

type KindOf<Schema> = Schema extends AttributeKind ? Schema
  : Schema extends { readonly required: infer Kind extends AttributeKind } ? Kind
  : Schema extends { readonly oneOf: readonly number[] } ? "integer"
  : Schema extends { readonly oneOf: readonly string[] } ? "string"
  : never;

/** The operators of which an attribute must be given. */
export type OperatorWithRequired = {
  [Name in OperatorName]: Record<string, never> extends OperatorAttributes[Name] ? never : Name;
}[OperatorName];

/** The names of the attributes of a kind, of all operators. */
export type AttributeName<Kind extends AttributeKind> =
  | NamesIn<typeof OPERATOR_ATTRIBUTES, Kind>
  | NamesIn<LoweredAttributes, Kind>;

type NamesIn<Tables, Kind> = {
  [Op in keyof Tables]: {
    [Name in keyof Tables[Op]]: KindOf<Tables[Op][Name]> extends Kind ? Name : never;
  }[keyof Tables[Op]];
}[keyof Tables];

/** What an attribute must be. */
export interface AttributeRule {
  readonly kind: AttributeKind;
  /** Whether it must be given. */
  readonly isRequired: boolean;
  /** Its possible values, where they are few. */
  readonly values?: readonly (number | string)[];
}

/** What an attribute must be, from its declaration. */
export function schemaOf(schema: AttributeSchema): AttributeRule {
  if (typeof schema === "string") return { kind: schema, isRequired: false };
  if ("required" in schema) return { kind: schema.required, isRequired: true };
  const kind = typeof schema.oneOf[0] === "number" ? "integer" : "string";
  return { kind, isRequired: false, values: schema.oneOf };
}
