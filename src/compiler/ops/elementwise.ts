import { TensorProto_DataType } from "onnx-buf";
import { float64, scalarOf } from "../graph/constants.ts";
import { add, multiply, subtract } from "../graph/dimension.ts";
import type { Builder } from "./builder.ts";
import { CompileError } from "../graph/errors.ts";
import { codeOf, type ElementType, elementTypeOf, isFloat } from "../graph/element_types.ts";
import type { Node, Value } from "../graph/graph.ts";
import { binary, elementwiseRow, unary } from "./elementwise_row.ts";
import {
  absolute,
  type Arithmetic,
  asTruth,
  knownIntegers,
  larger,
  negative,
  quotient,
  remainder,
  sign,
  smaller,
  within32Bits,
} from "./integers.ts";
import {
  type InputGradient,
  integerAttribute,
  ofInputs,
  ofOutput,
  type OpDefinition,
  required,
  STOP_GRADIENT,
} from "./op_definition.ts";
import { ANY, NUMBERS, signature } from "./operator_signature.ts";
import { checkSingle } from "./shape_checks.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";

/** What is known about a whole number that is cast to these types. */
const CAST: Partial<Record<ElementType, Arithmetic>> = {
  int64: (item) => item,
  int32: within32Bits,
  bool: asTruth,
};

/** A scalar of a value's element type. */
export function scalarLike(b: Builder, like: Value, value: number): Value {
  if (like.type === "float64") return b.constant(`scalar_${value}`, float64([value], []));
  return b.cast(b.scalar(value), like.type);
}

/** The gradient of an operator that passes on one of its two inputs: to `a` where `picksA` holds, else to `b`. */
function picked(b: Builder, dy: Value, picksA: Value): [Value, Value] {
  const zero = scalarLike(b, dy, 0);
  return [b.op("Where", [picksA, dy, zero]), b.op("Where", [picksA, zero, dy])];
}

/**
 * Clip is min(max(x, least), most): of the number and its bounds, the one that is the result has the gradient. Ties: see
 * `OpDefinition.gradient`.
 */
function clipGradient(b: Builder, node: Node, dy: Value): readonly InputGradient[] {
  const x = required(node, 0);
  const [, least, most] = node.inputs;
  const zero = scalarLike(b, x, 0);
  const isBelow = least && b.op("Less", [x, least]);
  const isBeyond = most && b.op("Greater", [x, most]);
  const raised = isBelow ? b.op("Where", [isBelow, zero, dy]) : dy;
  const own = isBeyond ? b.op("Where", [isBeyond, zero, raised]) : raised;
  // Where the bounds are crossed, the result is always the upper one.
  const areCrossed = least && most && b.op("Greater", [least, most]);
  const isLeast = isBelow && areCrossed ? b.op("And", [isBelow, b.op("Not", [areCrossed])]) : isBelow;
  const isMost = isBeyond && areCrossed ? b.op("Or", [isBeyond, areCrossed]) : isBeyond;
  const where = (holds: Value | null | undefined) => holds ? b.op("Where", [holds, dy, zero]) : null;
  return ofInputs(node, [own, where(isLeast), where(isMost)]);
}

/** The gradient of a step function: see `OpDefinition.gradient`. */
const piecewiseConstant = (): InputGradient => STOP_GRADIENT;

/** z = x - q·y with a whole number q, whichever way it is rounded. */
const MODULO = binary({
  compute: (x, y) => x - y * Math.floor(x / y),
  arithmetic: remainder,
  gradient: (b, dz, x, y, z) => [dz, b.multiply(dz, b.divide(b.subtract(z, x), y))],
  webgpuLacks: "kernel",
});

/** Arithmetic, element by element. */
export const elementwise = {
  Add: binary({
    compute: (x, y) => x + y,
    arithmetic: add,
    gradient: (_, dz) => [dz, dz],
    isCommutative: true,
    hoistsSums: "all",
    float16: "follows",
    scalesWith: "all",
    isReproducible: true,
  }),
  Sub: binary({
    compute: (x, y) => x - y,
    arithmetic: subtract,
    gradient: (b, dz) => [dz, b.negate(dz)],
    float16: "follows",
    scalesWith: "all",
    isReproducible: true,
  }),
  Mul: binary({
    compute: (x, y) => x * y,
    arithmetic: multiply,
    gradient: (b, dz, x, y) => [b.multiply(dz, y), b.multiply(dz, x)],
    isCommutative: true,
    hoistsSums: "first",
    float16: "follows",
    scalesWith: "each",
    isReproducible: true,
  }),
  Div: binary({
    compute: (x, y) => x / y,
    arithmetic: quotient,
    gradient: (b, dz, _, y, z) => [b.divide(dz, y), b.negate(b.divide(b.multiply(dz, z), y))],
    float16: "follows",
    scalesWith: "quotient",
  }),
  // d xᵖ = p·xᵖ⁻¹ dx + xᵖ·ln x dp. x⁰ is 1 everywhere, also at 0, where x⁻¹ is infinite. At x = 0 and p ≥ 0 the slope by p is
  // 0, as in PyTorch. A square's x¹ is x itself: ONNX Runtime computes it as slowly as any other power.
  Pow: binary({
    signature: signature({ X: "T", Y: "T1" }, { T: NUMBERS, T1: NUMBERS }),
    compute: (x, p) => x ** p,
    gradient: (b, dz, x, p, z) => {
      const isSquare = scalarOf(p) === 2;
      const lower = isSquare ? x : b.op("Pow", [x, b.subtract(p, scalarLike(b, p, 1))]);
      const power = b.cast(p, x.type);
      const zero = scalarLike(b, x, 0);
      const sloped = b.multiply(dz, b.multiply(power, lower));
      const isNeverZero = scalarOf(p) !== undefined && scalarOf(p) !== 0;
      const byBase = isNeverZero ? sloped : b.op("Where", [b.op("Equal", [power, zero]), zero, sloped]);
      const flat = b.op("And", [b.op("Equal", [x, zero]), b.op("GreaterOrEqual", [power, zero])]);
      const slope = b.op("Where", [flat, zero, b.multiply(z, b.op("Log", [x]))]);
      const byPower = b.multiply(dz, slope);
      return [byBase, isFloat(p.type) ? b.cast(byPower, p.type) : byPower];
    },
  }),
  Neg: unary({
    types: NUMBERS,
    compute: (x) => -x,
    arithmetic: negative,
    gradient: (b, dy) => b.negate(dy),
    hoistsSums: "all",
    float16: "follows",
    scalesWith: "all",
    isReproducible: true,
  }),
  Exp: unary({ compute: Math.exp, gradient: (b, dy, _, y) => b.multiply(dy, y) }),
  Log: unary({ compute: Math.log, gradient: (b, dy, x) => b.divide(dy, x) }),
  Sqrt: unary({
    compute: Math.sqrt,
    gradient: (b, dy, _, y) => b.divide(b.multiply(dy, scalarLike(b, y, 0.5)), y),
  }),
  Reciprocal: unary({
    compute: (x) => 1 / x,
    gradient: (b, dy, _, y) => b.negate(b.multiply(dy, b.multiply(y, y))),
  }),
  Abs: unary({
    types: NUMBERS,
    compute: Math.abs,
    arithmetic: absolute,
    gradient: (b, dy, x) => b.multiply(dy, b.op("Sign", [x])),
    isReproducible: true,
  }),
  Sin: unary({ compute: Math.sin, gradient: (b, dy, x) => b.multiply(dy, b.op("Cos", [x])) }),
  Cos: unary({ compute: Math.cos, gradient: (b, dy, x) => b.negate(b.multiply(dy, b.op("Sin", [x]))) }),
  Sign: unary({
    types: NUMBERS,
    compute: Math.sign,
    arithmetic: sign,
    gradient: piecewiseConstant,
    webgpuLacks: "kernel",
  }),
  Floor: unary({ compute: Math.floor, gradient: piecewiseConstant }),
  Ceil: unary({ compute: Math.ceil, gradient: piecewiseConstant }),
  Round: unary({ gradient: piecewiseConstant, webgpuLacks: "kernel" }),
  Identity: elementwiseRow({
    signature: signature({ input: "T" }, { T: ANY }),
    infer: (node) => {
      const { type, shape, integers } = required(node, 0);
      return [{ type, shape, ...(integers && { integers }) }];
    },
    gradient: ofOutput((_b, _node, dy) => [dy]),
    movement: "view",
  }),
  Cast: elementwiseRow({
    signature: signature({ input: "T1" }, { T1: ANY }),
    compute: (x) => x,
    infer: (node) => {
      const x = required(node, 0);
      const { shape } = x;
      const code = integerAttribute(node, "to", 0);
      const type = elementTypeOf(code);
      if (type === undefined) {
        throw new CompileError(
          `numbers are cast to ${TensorProto_DataType[code] ?? code}, a type that is not supported`,
        );
      }
      return [{ type, shape, ...knownIntegers(type, shape, [x], CAST[type]) }];
    },
    // Straight-through gradient: rounding to whole numbers counts as the identity. Truth values have none: see
    // `OpDefinition.gradient`.
    gradient: ofOutput((b, node, dy) => {
      const { type } = required(node, 0);
      return [isFloat(type) ? b.op("Cast", [dy], { to: codeOf(type) }) : dy];
    }),
    isDecoder: true,
  }),
  // Ties: see `OpDefinition.gradient`.
  Min: binary({
    compute: (x, y) => Math.min(x, y),
    arithmetic: smaller,
    gradient: (b, dz, x, y) => picked(b, dz, b.op("LessOrEqual", [x, y])),
    isCommutative: true,
    isReproducible: true,
  }),
  Max: binary({
    compute: (x, y) => Math.max(x, y),
    arithmetic: larger,
    gradient: (b, dz, x, y) => picked(b, dz, b.op("GreaterOrEqual", [x, y])),
    isCommutative: true,
    isReproducible: true,
  }),
  Mod: {
    ...MODULO,
    infer: (node) => {
      const { type } = required(node, 0);
      if (isFloat(type) && integerAttribute(node, "fmod", 0) === 0) {
        throw new CompileError(`the attribute 'fmod' is 0 for numbers of the type ${type}, and must be 1`);
      }
      return MODULO.infer(node);
    },
  },
  Clip: elementwiseRow({
    signature: signature({ input: "T", "min?": "T", "max?": "T" }, { T: NUMBERS }),
    compute: (x, least = -Infinity, most = Infinity) => Math.min(Math.max(x, least), most),
    infer: (node) => {
      const { type, shape } = required(node, 0);
      for (const at of [1, 2]) if (node.inputs[at]) checkSingle(node, at);
      return [{ type, shape }];
    },
    gradient: ofOutput(clipGradient),
    isReproducible: true,
  }),
} satisfies Partial<Record<OperatorName, OpDefinition>>;
