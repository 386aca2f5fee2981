import type { Builder } from "./builder.ts";
import { type Dimension, product, sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import {
  type Asked,
  askedOfFixed,
  axesOf,
  axisOf,
  integerAttribute,
  ofFirst,
  ofOutput,
  type OpDefinition,
  type Output,
  plainInput,
  required,
  reshapedTo,
  type SelectionRule,
} from "./op_definition.ts";
import { ANY, signature } from "./operator_signature.ts";

/** The shape that input 1 asks for. */
export function wantedShape(node: Asked): readonly Dimension[] {
  const integers = required(node, 1).integers;
  if (integers === undefined) {
    throw new CompileError("the wanted shape is not known in terms of the inputs' shapes");
  }
  return integers;
}

/** The same elements in a new shape, with the integers they are known to be. */
function reshaped({ type, integers }: Value, shape: readonly Dimension[]): Output[] {
  return [{ type, shape, ...(integers && { integers }) }];
}

const backToInput = (b: Builder, node: Node, dy: Value) =>
  ofFirst(node, b.reshape(dy, required(node, 0).shape));

/** The input's axis that is the same as an axis of the output when a tensor is reshaped: whole, and in the same place. */
function sameAxis(from: readonly Dimension[], to: readonly Dimension[], axis: number): number | undefined {
  const before = product(to.slice(0, axis));
  for (let own = 0; own < from.length; own++) {
    if (sameDimension(product(from.slice(0, own)), before) && sameDimension(from[own]!, to[axis]!)) {
      return own;
    }
  }
  return undefined;
}

/** A selection passes a reshape along an axis that stays whole; that axis of the new shape then has the selection's extent. */
function reshapePassage(node: Node, axis: number): SelectionRule | undefined {
  const shape = node.outputs[0]!.shape;
  const own = sameAxis(required(node, 0).shape, shape, axis);
  if (own === undefined) return undefined;
  return {
    axes: [own, ...node.inputs.slice(1).map(() => null)],
    rebuild: (
      b,
      [x],
      extent,
    ) => [b.reshape(x!, shape.map((dimension, i) => i === axis ? extent : dimension))],
  };
}

/** Operators that give the same elements, in the same order, another shape. */
export const views = {
  Reshape: {
    signature: signature({ data: "T", shape: "int64" }, { T: ANY }),
    movement: "view",
    float16: "follows",
    infer: (node) => {
      const x = required(node, 0);
      return reshaped(
        x,
        reshapedTo(x.shape, wantedShape(node), integerAttribute(node, "allowzero", 0) === 0),
      );
    },
    gradient: ofOutput((b, node, dy) => backToInput(b, node, dy)),
    selectionRule: reshapePassage,
  },
  Unsqueeze: {
    signature: signature({ data: "T", axes: "int64" }, { T: ANY }),
    movement: "view",
    float16: "follows",
    infer: (node) => {
      const x = required(node, 0);
      const given = plainInput(node, 1, "axes");
      const rank = x.shape.length + given.length;
      const axes = axesOf(given, rank);
      const rest = [...x.shape];
      return reshaped(x, Array.from({ length: rank }, (_, axis) => axes.includes(axis) ? 1 : rest.shift()!));
    },
    gradient: ofOutput((b, node, dy) => backToInput(b, node, dy)),
    selectionRule: reshapePassage,
  },
  Squeeze: {
    signature: signature({ data: "T", "axes?": "int64" }, { T: ANY }),
    movement: "view",
    float16: "follows",
    infer: (node) => {
      const x = required(node, 0);
      const axes = node.inputs[1]
        ? plainInput(node, 1, "axes").map((axis) => axisOf(axis, x.shape.length))
        : x.shape.flatMap((dimension, axis) => dimension === 1 ? [axis] : []);
      const kept = axes.map((axis) => x.shape[axis]!).find((extent) => extent !== 1);
      if (kept !== undefined) {
        throw new CompileError(`an axis of extent ${kept} cannot be squeezed${askedOfFixed(kept, 1)}`);
      }
      return reshaped(x, x.shape.filter((_, axis) => !axes.includes(axis)));
    },
    gradient: ofOutput((b, node, dy) => backToInput(b, node, dy)),
    selectionRule: reshapePassage,
  },
  Flatten: {
    signature: signature({ input: "T" }, { T: ANY }),
    movement: "view",
    infer: (node) => {
      const x = required(node, 0);
      const axis = integerAttribute(node, "axis", 1);
      if (axis !== x.shape.length) axisOf(axis, x.shape.length);
      return reshaped(x, [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]);
    },
    gradient: ofOutput((b, node, dy) => backToInput(b, node, dy)),
    selectionRule: reshapePassage,
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;
