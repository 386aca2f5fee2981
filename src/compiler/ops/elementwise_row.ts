import type { Builder } from "./builder.ts";
import type { ElementType } from "../graph/element_types.ts";
import type { Node, Value } from "../graph/graph.ts";
import { type Arithmetic, knownIntegers } from "./integers.ts";
import {
  axisUnder,
  broadcast,
  type InputGradient,
  type OpDefinition,
  required,
  type SelectionRule,
} from "./op_definition.ts";
import { FLOATS, NUMBERS, type OperatorSignature, signature } from "./operator_signature.ts";
import type { OperatorTraits } from "./operator_traits.ts";

/** The properties of an operator with one input, besides types and shapes. */
export interface Unary extends OperatorTraits {
  /** The element types that it takes; real numbers where not given. */
  readonly types?: readonly ElementType[];
  /** Its number, from the input's: see `OpDefinition`. */
  readonly compute?: (x: number) => number;
  /** dx, from dy. */
  readonly gradient?: (b: Builder, dy: Value, x: Value, y: Value, node: Node) => InputGradient;
  /** Its result, made of what its slope is made of. */
  readonly inParts?: (b: Builder, x: Value, node: Node) => Value;
  /** Its function on integers that are known in terms of the symbols. */
  readonly arithmetic?: Arithmetic;
}

/** The properties of an operator with two inputs, besides types and shapes. */
export interface Binary extends OperatorTraits {
  /** The element types that it takes, the same for both; all numbers where not given. */
  readonly types?: readonly ElementType[];
  /** Its signature, where the two inputs have types of their own. */
  readonly signature?: OperatorSignature;
  /** Its number, from those of the inputs: see `OpDefinition`. */
  readonly compute?: (x: number, y: number) => number;
  /** dx and dy, from dz. */
  readonly gradient?: (
    b: Builder,
    dz: Value,
    x: Value,
    y: Value,
    z: Value,
  ) => readonly [InputGradient, InputGradient];
  /** Its function on integers that are known in terms of the symbols. */
  readonly arithmetic?: Arithmetic;
}

/** A selection passes through every input that is not repeated along its axis. */
function selectionRule(node: Node, axis: number): SelectionRule {
  const rank = node.outputs[0]!.shape.length;
  return { axes: node.inputs.map((input) => input === null ? null : axisUnder(input.shape, axis, rank)) };
}

/** The row of an operator that works element by element. */
export function elementwiseRow(row: Omit<OpDefinition, "isElementwise" | "selectionRule">): OpDefinition {
  return { ...row, isElementwise: true, selectionRule };
}

/** One input, an output of its type and shape. */
export function unary({ gradient, inParts, arithmetic, types = FLOATS, ...rest }: Unary = {}): OpDefinition {
  return elementwiseRow({
    ...rest,
    signature: signature({ X: "T" }, { T: types }),
    infer: (node) => {
      const x = required(node, 0);
      const { type, shape } = x;
      return [{ type, shape, ...knownIntegers(type, shape, [x], arithmetic) }];
    },
    ...(gradient && {
      gradient: (b, node, [dy]) => [gradient(b, dy!, required(node, 0), node.outputs[0]!, node)],
    }),
    ...(inParts && { inParts: (b, node, [x]) => inParts(b, x!, node) }),
  });
}

/** Two inputs that broadcast, an output of the first one's type. */
export function binary({ gradient, arithmetic, types = NUMBERS, ...rest }: Binary): OpDefinition {
  return elementwiseRow({
    signature: signature({ A: "T", B: "T" }, { T: types }),
    ...rest,
    infer: (node) => {
      const x = required(node, 0);
      const y = required(node, 1);
      const shape = broadcast(x.shape, y.shape);
      return [{ type: x.type, shape, ...knownIntegers(x.type, shape, [x, y], arithmetic) }];
    },
    ...(gradient && {
      gradient: (b, node, [dz]) => gradient(b, dz!, required(node, 0), required(node, 1), node.outputs[0]!),
    }),
  });
}

/** Two inputs that broadcast, and booleans. */
export function comparison(
  { arithmetic, types = NUMBERS, ...rest }: Omit<Binary, "gradient" | "signature">,
): OpDefinition {
  return elementwiseRow({
    ...rest,
    signature: signature({ A: "T", B: "T" }, { T: types }),
    infer: (node) => {
      const x = required(node, 0);
      const y = required(node, 1);
      const shape = broadcast(x.shape, y.shape);
      return [{ type: "bool", shape, ...knownIntegers("bool", shape, [x, y], arithmetic) }];
    },
  });
}
