import type { Constant, Float } from "./attribute.ts";

/** An operator that takes no attributes. */
export type NoAttributes = Readonly<Record<string, never>>;

/** Operators along one axis. */
export type Along = { readonly axis?: number };

/** Normalizations over the last axes. */
export type Normalization = { readonly axis?: number; readonly epsilon?: Float };

/** Quantization, on a scale for all or for each of an axis' blocks. */
export type Quantization = { readonly axis?: number; readonly block_size?: number };

/** Reductions over the axes that an input names. */
export type Reduction = { readonly keepdims?: number; readonly noop_with_empty_axes?: number };

/** Activations with a slope or a factor. */
export type Scaled = { readonly alpha?: Float };

/** Matrix products, of transposed matrices on demand. */
export type TransposedProduct = {
  readonly transA?: number;
  readonly transB?: number;
  readonly alpha?: Float;
};

/**
 * The operators that a graph can hold, by their names, prefixed with their domains where these are not ONNX's own, and the
 * attributes that each takes. An operator has a row in `ops/` if and only if it is named here: all else does not compile.
 */
export type OperatorAttributes = {
  Abs: NoAttributes;
  Add: NoAttributes;
  And: NoAttributes;
  ArgMax: { readonly axis?: number; readonly keepdims?: number };
  Cast: { readonly to: number };
  Ceil: NoAttributes;
  Clip: NoAttributes;
  Concat: { readonly axis: number };
  ConstantOfShape: { readonly value?: { readonly tensor: Constant } };
  Cos: NoAttributes;
  CumSum: { readonly exclusive?: number; readonly reverse?: number };
  DequantizeLinear: Quantization;
  Div: NoAttributes;
  DynamicQuantizeLinear: NoAttributes;
  Elu: Scaled;
  Equal: NoAttributes;
  Erf: NoAttributes;
  Exp: NoAttributes;
  Expand: NoAttributes;
  Flatten: Along;
  Floor: NoAttributes;
  Gather: Along;
  GatherElements: Along;
  GatherND: { readonly batch_dims?: number };
  Gemm: TransposedProduct & { readonly beta?: Float };
  Greater: NoAttributes;
  GreaterOrEqual: NoAttributes;
  Identity: NoAttributes;
  IsInf: NoAttributes;
  IsNaN: NoAttributes;
  LayerNormalization: Normalization;
  LeakyRelu: Scaled;
  Less: NoAttributes;
  LessOrEqual: NoAttributes;
  Log: NoAttributes;
  MatMul: NoAttributes;
  MatMulInteger: NoAttributes;
  Max: NoAttributes;
  Min: NoAttributes;
  Mod: NoAttributes;
  Mul: NoAttributes;
  Neg: NoAttributes;
  Not: NoAttributes;
  OneHot: Along;
  Or: NoAttributes;
  Pad: { readonly mode?: string };
  Pow: NoAttributes;
  QuantizeLinear: Quantization;
  Range: NoAttributes;
  Reciprocal: NoAttributes;
  ReduceL2: Reduction;
  ReduceMax: Reduction;
  ReduceMean: Reduction;
  ReduceMin: Reduction;
  ReduceProd: Reduction;
  ReduceSum: Reduction;
  ReduceSumSquare: Reduction;
  Relu: NoAttributes;
  Reshape: { readonly allowzero?: number };
  Round: NoAttributes;
  ScatterElements: { readonly axis?: number; readonly reduction?: string };
  ScatterND: { readonly reduction?: string };
  Shape: { readonly start?: number; readonly end?: number };
  Sigmoid: NoAttributes;
  Sign: NoAttributes;
  SimplifiedLayerNormalization: Normalization;
  Sin: NoAttributes;
  Size: NoAttributes;
  Slice: NoAttributes;
  Softmax: Along;
  Softplus: NoAttributes;
  Split: Along;
  Sqrt: NoAttributes;
  Squeeze: NoAttributes;
  Sub: NoAttributes;
  Tanh: NoAttributes;
  Tile: NoAttributes;
  Transpose: { readonly perm?: readonly number[] };
  Trilu: { readonly upper?: number };
  Unsqueeze: NoAttributes;
  Where: NoAttributes;
  Xor: NoAttributes;
  "com.microsoft.FastGelu": NoAttributes;
  "com.microsoft.FusedMatMul": TransposedProduct & {
    readonly transBatchA?: number;
    readonly transBatchB?: number;
  };
  "com.microsoft.GatherBlockQuantized": {
    readonly gather_axis?: number;
    readonly quantize_axis?: number;
    readonly block_size?: number;
    readonly bits?: number;
  };
  "com.microsoft.Gelu": NoAttributes;
  "com.microsoft.QuickGelu": Scaled;
};

/** The name of an operator that a graph can hold. */
export type OperatorName = keyof OperatorAttributes;
