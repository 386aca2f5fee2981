import { TensorProto_DataType } from "onnx-buf";
import { float64 } from "../graph/constants.ts";
import { add, multiply, subtract } from "../graph/dimension.ts";
import type { Builder } from "./builder.ts";
import { CompileError } from "../graph/errors.ts";
import { codeOf, type ElementType, elementTypeOf, isFloat } from "../graph/element_types.ts";
import type { Node, Value } from "../graph/graph.ts";
import {
  absolute,
  and,
  type Arithmetic,
  asTruth,
  equal,
  integerAt,
  integersBy,
  knownIntegers,
  larger,
  less,
  lessOrEqual,
  negative,
  not,
  or,
  quotient,
  remainder,
  sign,
  smaller,
  within32Bits,
  xor,
} from "./integers.ts";
import {
  axisUnder,
  broadcast,
  type InputGradient,
  integerAttribute,
  type OpDefinition,
  type Output,
  required,
  type SelectionRule,
  type Signature,
} from "./op_definition.ts";

export type ElementGradient = (
  b: Builder,
  dy: Value,
  inputs: readonly Value[],
  y: Value,
) => readonly InputGradient[];

/** A selection passes through every input that is not repeated along its axis. */
function selectionRule(node: Node, axis: number): SelectionRule {
  const rank = node.outputs[0]!.shape.length;
  return { axes: node.inputs.map((input) => input === null ? null : axisUnder(input.shape, axis, rank)) };
}

function row(infer: (node: Signature) => Output[], gradient?: ElementGradient): OpDefinition {
  return {
    infer,
    selectionRule,
    ...(gradient && {
      gradient: (b, node, [dy]) => gradient(b, dy!, node.inputs as readonly Value[], node.outputs[0]!),
    }),
  };
}

/** One input that counts, an output of its type and shape; small integers are followed symbolically. */
export function unary(gradient?: ElementGradient, arithmetic?: Arithmetic): OpDefinition {
  return row((node) => {
    const x = required(node, 0), { type, shape } = x;
    return [{ type, shape, ...knownIntegers(shape, [x], arithmetic) }];
  }, gradient);
}

/** Two inputs that broadcast; small integers are followed symbolically. */
function binary(arithmetic?: Arithmetic, gradient?: ElementGradient): OpDefinition {
  return row((node) => {
    const a = required(node, 0), b = required(node, 1);
    const shape = broadcast(a.shape, b.shape);
    return [{ type: a.type, shape, ...knownIntegers(shape, [a, b], arithmetic) }];
  }, gradient);
}

/** A comparison: bool. */
function comparison(arithmetic?: Arithmetic): OpDefinition {
  return row((node) => {
    const a = required(node, 0), b = required(node, 1);
    const shape = broadcast(a.shape, b.shape);
    return [{ type: "bool", shape, ...knownIntegers(shape, [a, b], arithmetic) }];
  });
}

/** What is known of a whole number when it is cast to these types. */
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

/** The gradient of an operator that hands on one of its two inputs: to `a` where `picksA` holds, else to `b`. */
function picked(b: Builder, dy: Value, picksA: Value): Value[] {
  const zero = scalarLike(b, dy, 0);
  return [b.op("Where", [picksA, dy, zero]), b.op("Where", [picksA, zero, dy])];
}

/**
 * Clip is min(max(x, least), most): of the number and its bounds, the one that it comes out as has the gradient. Ties: see
 * `OpDefinition.gradient`.
 */
function clipGradient(b: Builder, dy: Value, inputs: readonly Value[]): InputGradient[] {
  const [x, least, most] = inputs, zero = scalarLike(b, x!, 0);
  const isBelow = least && b.op("Less", [x!, least]), isBeyond = most && b.op("Greater", [x!, most]);
  const raised = isBelow ? b.op("Where", [isBelow, zero, dy]) : dy;
  const own = isBeyond ? b.op("Where", [isBeyond, zero, raised]) : raised;
  // Where the bounds have changed places, the upper one is all there is.
  const areCrossed = least && most && b.op("Greater", [least, most]);
  const isLeast = isBelow && areCrossed ? b.op("And", [isBelow, b.op("Not", [areCrossed])]) : isBelow;
  const isMost = isBeyond && areCrossed ? b.op("Or", [isBeyond, areCrossed]) : isBeyond;
  const where = (holds: Value | undefined) => holds ? b.op("Where", [holds, dy, zero]) : null;
  return [own, where(isLeast), where(isMost)].slice(0, inputs.length);
}

/** Operators that work element by element. */
export const elementwise: Readonly<Record<string, OpDefinition>> = {
  Add: binary(add, (_, dy) => [dy, dy]),
  Sub: binary(subtract, (b, dy) => [dy, b.negate(dy)]),
  Mul: binary(multiply, (b, dy, [x, y]) => [b.multiply(dy, y!), b.multiply(dy, x!)]),
  Div: binary(quotient, (b, dy, [, y], z) => [b.divide(dy, y!), b.negate(b.divide(b.multiply(dy, z), y!))]),
  // d xᵖ = p·xᵖ⁻¹ dx + xᵖ·ln x dp; 0 raised to any power from 0 on counts as staying 0 (or 1), as in PyTorch.
  Pow: binary(undefined, (b, dy, [x, p], y) => {
    const lower = b.op("Pow", [x!, b.subtract(p!, scalarLike(b, p!, 1))]), power = b.cast(p!, x!.type);
    const byBase = b.multiply(dy, b.multiply(power, lower));
    if (!isFloat(p!.type)) return [byBase, null];
    const zero = scalarLike(b, x!, 0);
    const flat = b.op("And", [b.op("Equal", [x!, zero]), b.op("GreaterOrEqual", [power, zero])]);
    const slope = b.op("Where", [flat, zero, b.multiply(y, b.op("Log", [x!]))]);
    return [byBase, b.cast(b.multiply(dy, slope), p!.type)];
  }),
  Neg: unary((b, dy) => [b.negate(dy)], negative),
  Exp: unary((b, dy, _, y) => [b.multiply(dy, y)]),
  Log: unary((b, dy, [x]) => [b.divide(dy, x!)]),
  Sqrt: unary((b, dy, _, y) => [b.divide(b.multiply(dy, scalarLike(b, y, 0.5)), y)]),
  Reciprocal: unary((b, dy, _, y) => [b.negate(b.multiply(dy, b.multiply(y, y)))]),
  Abs: unary((b, dy, [x]) => [b.multiply(dy, b.op("Sign", [x!]))], absolute),
  Sin: unary((b, dy, [x]) => [b.multiply(dy, b.op("Cos", [x!]))]),
  Cos: unary((b, dy, [x]) => [b.negate(b.multiply(dy, b.op("Sin", [x!])))]),
  Sign: unary(undefined, sign),
  Floor: unary(),
  Ceil: unary(),
  Round: unary(),
  Identity: row((node) => {
    const { type, shape, integers } = required(node, 0);
    return [{ type, shape, ...(integers && { integers }) }];
  }, (_, dy) => [dy]),
  Cast: row((node) => {
    const x = required(node, 0), { shape } = x;
    const code = integerAttribute(node, "to", 0), type = elementTypeOf(code);
    if (type === undefined) {
      throw new CompileError(
        `numbers are cast to ${TensorProto_DataType[code] ?? code}, a type that is not supported`,
      );
    }
    return [{ type, shape, ...knownIntegers(shape, [x], CAST[type]) }];
    // Through whole numbers the gradient goes straight: what was rounded counts as if it had not been.
  }, (b, dy, [x]) => [isFloat(x!.type) ? b.op("Cast", [dy], { to: codeOf(x!.type) }) : dy]),
  Where: row((node) => {
    const [condition, a, b] = [required(node, 0), required(node, 1), required(node, 2)];
    const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
    const chosen = integersBy(shape, (place) => {
      const flag = integerAt(condition, shape, place);
      return flag === undefined ? undefined : integerAt(flag === 0 ? b : a, shape, place);
    });
    return [{ type: a.type, shape, ...chosen }];
  }, (b, dy, [condition, x]) => {
    const zero = scalarLike(b, x!, 0);
    return [null, b.op("Where", [condition!, dy, zero]), b.op("Where", [condition!, zero, dy])];
  }),
  Equal: comparison(equal),
  Less: comparison(less),
  LessOrEqual: comparison(lessOrEqual),
  Greater: comparison((a, b) => less(b, a)),
  GreaterOrEqual: comparison((a, b) => lessOrEqual(b, a)),
  And: comparison(and),
  Or: comparison(or),
  Xor: comparison(xor),
  Not: unary(undefined, not),
  IsNaN: row((node) => [{ type: "bool", shape: required(node, 0).shape }]),
  IsInf: row((node) => [{ type: "bool", shape: required(node, 0).shape }]),
  // Ties: see `OpDefinition.gradient`.
  Min: binary(
    smaller,
    (b, dy, [x, y]) => picked(b, dy, b.op("LessOrEqual", [x!, y!])),
  ),
  Max: binary(
    larger,
    (b, dy, [x, y]) => picked(b, dy, b.op("GreaterOrEqual", [x!, y!])),
  ),
  // z = x - q·y with a whole number q, whichever way it is rounded.
  Mod: binary(remainder, (b, dy, [x, y], z) => [dy, b.multiply(dy, b.divide(b.subtract(z, x!), y!))]),
  Clip: unary(clipGradient),
};
