import type { Builder } from "./builder.ts";
import type { Node, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { scalarLike } from "./elementwise.ts";
import { type Unary, unary } from "./elementwise_row.ts";
import {
  attributeAxis,
  axisOf,
  floatAttribute,
  integerAttribute,
  ofOutput,
  type OpDefinition,
  required,
} from "./op_definition.ts";
import { FLOATS, NUMBERS, signature } from "./operator_signature.ts";
import type { OperatorTraits } from "./operator_traits.ts";

/** One input; the gradient is the output's times the slope. */
function activation(
  slope: (b: Builder, x: Value, y: Value, alpha: (otherwise: number) => number) => Value,
  rest: Omit<Unary, "gradient" | "arithmetic"> = {},
): OpDefinition {
  return unary({
    ...rest,
    gradient: (b, dy, x, y, node) =>
      b.multiply(dy, slope(b, x, y, (otherwise) => floatAttribute(node, "alpha", otherwise))),
  });
}

/** 2·√(2/π) and the weight of the cube in the tanh form of GELU (Hendrycks & Gimpel 2016): w = 2·√(2/π)·(x + 0.044715·x³). */
const GELU_SCALE = 2 * Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;
/** The unit of x in which the weight of the cube is 1, and the other one's weight then. */
const GELU_UNIT = Math.cbrt(1 / (GELU_SCALE * GELU_CUBE));
const GELU_LINEAR = GELU_SCALE * GELU_UNIT;

/** `y` where x > 0, else `otherwise`. */
function wherePositive(b: Builder, x: Value, y: Value, otherwise: Value): Value {
  return b.op("Where", [b.op("Greater", [x, scalarLike(b, x, 0)]), y, otherwise]);
}

/** Activations that are computed in float16 where their inputs are. */
const FOLLOWS: OperatorTraits = { float16: "follows" };

/** Activation functions. */
export const activations = {
  Tanh: activation((b, x, y) => b.subtract(scalarLike(b, x, 1), b.multiply(y, y)), {
    ...FOLLOWS,
    compute: Math.tanh,
  }),
  Sigmoid: activation((b, x, y) => b.multiply(y, b.subtract(scalarLike(b, x, 1), y)), FOLLOWS),
  // The slopes at 0: see `OpDefinition.gradient`.
  Relu: activation((b, x) => wherePositive(b, x, scalarLike(b, x, 1), scalarLike(b, x, 0)), {
    ...FOLLOWS,
    types: NUMBERS,
  }),
  LeakyRelu: activation((b, x, _, alpha) =>
    wherePositive(b, x, scalarLike(b, x, 1), scalarLike(b, x, alpha(0.01)))
  ),
  Elu: activation((b, x, y, alpha) =>
    wherePositive(b, x, scalarLike(b, x, 1), b.add(y, scalarLike(b, x, alpha(1))))
  ),
  Softplus: activation((b, x) => b.op("Sigmoid", [x])),
  // d erf(x) / dx = 2/√π · exp(-x²)
  Erf: activation(
    (b, x) => b.multiply(b.op("Exp", [b.negate(b.multiply(x, x))]), scalarLike(b, x, 2 / Math.sqrt(Math.PI))),
    { ...FOLLOWS, types: NUMBERS },
  ),
  // x·Φ(x); its slope is Φ(x) + x·φ(x), Φ and φ the normal distribution's function and density: with u = x/√2, half of
  // 1 + erf(u) + u·2/√π·exp(-u²). The half goes to the gradient, whose product with a weight absorbs it at no cost.
  "com.microsoft.Gelu": unary({
    gradient: (b, dy, x) => {
      const { u, raised } = errorFunctionAt(b, x);
      const logHeight = scalarLike(b, x, Math.log(2 / Math.sqrt(Math.PI)));
      const bump = b.multiply(u, b.op("Exp", [b.subtract(logHeight, b.multiply(u, u))]));
      return b.multiply(b.multiply(dy, scalarLike(b, x, 0.5)), b.add(raised, bump));
    },
    inParts: (b, x) => b.multiply(b.multiply(x, errorFunctionAt(b, x).raised), scalarLike(b, x, 0.5)),
  }),
  // x·σ(w) with w = 2·√(2/π)·(x + 0.044715·x³); its slope is σ + x·w'·σ·(1 - σ). In units of x in which w is u³ + c·u, x·w' is
  // u·(3u² + c).
  "com.microsoft.FastGelu": unary({
    gradient: (b, dy, x) => {
      const { square, gate, gated } = cubicGateAt(b, x);
      const steepness = b.add(b.multiply(square, scalarLike(b, x, 3)), scalarLike(b, x, GELU_LINEAR));
      const bend = b.multiply(steepness, b.multiply(gated, b.subtract(scalarLike(b, x, 1), gate)));
      return b.multiply(dy, b.add(gate, bend));
    },
    inParts: (b, x) => b.multiply(cubicGateAt(b, x).gated, scalarLike(b, x, GELU_UNIT)),
  }),
  // x·σ(αx): SiLU for α = 1
  "com.microsoft.QuickGelu": unary({
    gradient: (b, dy, x, y, node) => {
      const gate = gateAt(b, x, node);
      const bend = b.multiply(steepened(b, y, node), b.subtract(scalarLike(b, x, 1), gate));
      return b.multiply(dy, b.add(gate, bend));
    },
    inParts: (b, x, node) => b.multiply(x, gateAt(b, x, node)),
  }),
  Softmax: {
    signature: signature({ input: "T" }, { T: FLOATS }),
    mixedAxes: (node) => [attributeAxis(node, -1)],
    infer: ({ inputs, attributes }) => {
      const { type, shape } = required({ inputs }, 0);
      axisOf(integerAttribute({ attributes }, "axis", -1), shape.length);
      return [{ type, shape }];
    },
    // dx = y·(dy - Σ y·dy)
    gradient: ofOutput((b, node, dy) => {
      const y = node.outputs[0]!;
      const axis = axisOf(integerAttribute(node, "axis", -1), y.shape.length);
      return [b.multiply(y, b.subtract(dy, b.sum(b.multiply(y, dy), [axis])))];
    }),
    selectionRule: (node, axis) => {
      const normalized = axisOf(integerAttribute(node, "axis", -1), node.outputs[0]!.shape.length);
      return axis === normalized ? undefined : { axes: [axis] };
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;

/** What GELU and its slope are made of: u = x/√2 and 1 + erf(u). */
function errorFunctionAt(b: Builder, x: Value): { u: Value; raised: Value } {
  const u = b.multiply(x, scalarLike(b, x, Math.SQRT1_2));
  return { u, raised: b.add(b.op("Erf", [u]), scalarLike(b, x, 1)) };
}

/** What the tanh form of GELU and its slope are made of: u² of x in units, σ(w) and u·σ(w). */
function cubicGateAt(b: Builder, x: Value): { square: Value; gate: Value; gated: Value } {
  const u = b.multiply(x, scalarLike(b, x, 1 / GELU_UNIT));
  const square = b.multiply(u, u);
  const gate = b.op("Sigmoid", [b.multiply(u, b.add(square, scalarLike(b, x, GELU_LINEAR)))]);
  return { square, gate, gated: b.multiply(u, gate) };
}

/** σ(αx). */
function gateAt(b: Builder, x: Value, node: Node): Value {
  return b.op("Sigmoid", [steepened(b, x, node)]);
}

/** α times a value, α being a node's. */
function steepened(b: Builder, value: Value, node: Node): Value {
  const alpha = floatAttribute(node, "alpha", 1.702);
  return alpha === 1 ? value : b.multiply(value, scalarLike(b, value, alpha));
}
