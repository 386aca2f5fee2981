import type { Builder } from "./builder.ts";
import type { Value } from "../graph/graph.ts";
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

/** √(2/π) and the weight of the cube in the tanh form of GELU (Hendrycks & Gimpel 2016). */
const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

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
      const u = b.multiply(x, scalarLike(b, x, Math.SQRT1_2));
      const raised = b.add(b.op("Erf", [u]), scalarLike(b, x, 1));
      const logHeight = scalarLike(b, x, Math.log(2 / Math.sqrt(Math.PI)));
      const bump = b.multiply(u, b.op("Exp", [b.subtract(logHeight, b.multiply(u, u))]));
      return b.multiply(b.multiply(dy, scalarLike(b, x, 0.5)), b.add(raised, bump));
    },
  }),
  // x·(1 + t)/2 with t = tanh(√(2/π)·(x + 0.044715·x³))
  "com.microsoft.FastGelu": activation((b, x) => {
    const square = b.multiply(x, x);
    const one = scalarLike(b, x, 1);
    const half = scalarLike(b, x, 0.5);
    const inner = b.multiply(x, polynomial(b, square, GELU_SCALE, GELU_SCALE * GELU_CUBE));
    const t = b.op("Tanh", [inner]);
    const steepness = b.multiply(x, polynomial(b, square, GELU_SCALE, 3 * GELU_SCALE * GELU_CUBE));
    const bend = b.multiply(steepness, b.subtract(one, b.multiply(t, t)));
    return b.multiply(b.add(b.add(one, t), bend), half);
  }),
  // x·σ(αx): SiLU for α = 1
  "com.microsoft.QuickGelu": activation((b, x, y, alpha) => {
    const steepness = scalarLike(b, x, alpha(1.702));
    const gate = b.op("Sigmoid", [b.multiply(x, steepness)]);
    const rest = b.multiply(b.multiply(y, steepness), b.subtract(scalarLike(b, x, 1), gate));
    return b.add(gate, rest);
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

/** a + c·square. */
function polynomial(b: Builder, square: Value, a: number, c: number): Value {
  return b.add(b.multiply(square, scalarLike(b, square, c)), scalarLike(b, square, a));
}
