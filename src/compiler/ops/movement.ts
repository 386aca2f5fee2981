import { CompileError } from "../graph/errors.ts";
import { type Dimension, multiply, sameDimension } from "../graph/dimension.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { integerAt, integersBy, integersInSteps, stepsAlong } from "./integers.ts";
import {
  type Asked,
  askedOfFixed,
  attributeAxis,
  axisOf,
  axisUnder,
  broadcast,
  integerAttribute,
  integersAttribute,
  ofFirst,
  ofOutput,
  type OpDefinition,
  required,
  totalOf,
} from "./op_definition.ts";
import { ANY, signature } from "./operator_signature.ts";
import { checkShape, checkSingle } from "./shape_checks.ts";
import { wantedShape } from "./views.ts";

/** Operators that move elements, other than views of them, and compute nothing. */
export const movement = {
  Transpose: {
    signature: signature({ data: "T" }, { T: ANY }),
    movement: "permutation",
    float16: "follows",
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      const x = required(node, 0);
      const perm = permutation(node);
      const steps = stepsAlong(x.shape);
      const shape = perm.map((axis) => x.shape[axis]!);
      return [{ type: x.type, shape, ...integersInSteps(x, shape, perm.map((axis) => steps[axis]!)) }];
    },
    gradient: ofOutput((b, node, dy) => {
      const perm = permutation(node);
      return [b.transpose(dy, perm.map((_, axis) => perm.indexOf(axis)))];
    }),
    selectionRule: (node, axis) => ({ axes: [permutation(node)[axis]!] }),
  },
  Expand: {
    signature: signature({ input: "T", shape: "int64" }, { T: ANY }),
    movement: "repeat",
    float16: "follows",
    infer: (node) => {
      const x = required(node, 0);
      const shape = broadcast(x.shape, wantedShape(node));
      return [{ type: x.type, shape, ...integersBy(x.type, shape, (place) => integerAt(x, shape, place)) }];
    },
    gradient: ofOutput((_, node, dy) => ofFirst(node, dy)),
    selectionRule: (node, axis) => {
      const shape = node.outputs[0]!.shape;
      return {
        axes: [axisUnder(required(node, 0).shape, axis, shape.length), null],
        rebuild: (
          b,
          [x],
          extent,
        ) => [b.expand(x!, shape.map((dimension, i) => i === axis ? extent : dimension))],
      };
    },
  },
  Concat: {
    signature: signature({ "inputs...": "T" }, { T: ANY }),
    scalesWith: "all",
    mixedAxes: (node) => [attributeAxis(node, 0)],
    float16: "follows",
    infer: (node) => {
      const parts = node.inputs.map((_, i) => required(node, i));
      const { type, shape } = required(node, 0);
      const axis = axisOf(integerAttribute(node, "axis", 0), shape.length);
      for (const part of parts) checkJoined(shape, part.shape, axis);
      const extent = totalOf(parts.map((part) => part.shape[axis]!));
      const known = parts.every((part) => part.integers !== undefined) && shape.length === 1;
      return [{
        type,
        shape: shape.map((dimension, i) => i === axis ? extent : dimension),
        ...(known && { integers: parts.flatMap((part) => part.integers!) }),
      }];
    },
    gradient: ofOutput((b, node, dy) => {
      const axis = axisOf(integerAttribute(node, "axis", 0), dy.shape.length);
      let start: Dimension = 0;
      return node.inputs.map((part) => {
        const end = totalOf([start, part!.shape[axis]!]);
        const bounds = [start, end].map((at) => b.integers([at]));
        start = end;
        return b.op("Slice", [dy, ...bounds, b.integers([axis])]);
      });
    }),
    selectionRule: (node, axis) => {
      const joined = axisOf(integerAttribute(node, "axis", 0), node.outputs[0]!.shape.length);
      return axis === joined ? undefined : { axes: node.inputs.map(() => axis) };
    },
  },
  // The lower or upper triangle of the last two axes; zeros elsewhere.
  Trilu: {
    signature: signature({ input: "T", "k?": "int64" }, { T: ANY }),
    infer: (node) => {
      const { type, shape } = required(node, 0);
      if (shape.length < 2) {
        throw new CompileError(
          `a triangle is taken of [${shape.join(", ")}], which must have two axes or more`,
        );
      }
      if (node.inputs[1]) checkSingle(node, 1);
      return [{ type, shape }];
    },
    gradient: ofOutput((b, node, dy) =>
      ofFirst(node, b.checkedNode(node.op, [dy, node.inputs[1] ?? null], node.attributes)[0]!)
    ),
  },
  // Each copy's gradient counts: the copies get an axis of their own, which is summed away.
  Tile: {
    signature: signature({ input: "T", repeats: "int64" }, { T: ANY }),
    movement: "repeat",
    webgpuLacks: "boolean kernel",
    infer: (node) => {
      const { type, shape } = required(node, 0);
      const repeats = required(node, 1).integers;
      if (repeats === undefined) throw new CompileError("the number of repeats is not known at compile time");
      checkShape(node, 1, [shape.length]);
      return [{ type, shape: shape.map((dimension, axis) => multiply(dimension, repeats[axis]!)) }];
    },
    gradient: ofOutput((b, node, dy) => {
      const { shape } = required(node, 0);
      const repeats = required(node, 1).integers!;
      const copies = b.reshape(dy, shape.flatMap((dimension, axis) => [repeats[axis]!, dimension]));
      return ofFirst(node, b.reshape(b.sum(copies, shape.map((_, axis) => 2 * axis)), shape));
    }),
    selectionRule: (node, axis) =>
      sameDimension(required(node, 1).integers![axis]!, 1) ? { axes: [axis, null] } : undefined,
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;

/** @throws {CompileError} where two shapes differ along an axis other than the one they are joined along */
function checkJoined(one: readonly Dimension[], other: readonly Dimension[], axis: number): void {
  const at = one.findIndex((extent, i) => i !== axis && !sameDimension(extent, other[i] ?? 0));
  if (at < 0 && one.length === other.length) return;
  throw new CompileError(
    `[${one.join(", ")}] and [${other.join(", ")}] cannot be joined along axis ${axis}${
      askedOfFixed(one[at] ?? 0, other[at] ?? 0)
    }`,
  );
}

/** A message lists no more axes than these. */
const MOST_LISTED = 64;

/** The axis of the input that each axis of a Transpose's output is. */
export function permutation(node: Asked): readonly number[] {
  const rank = required(node, 0).shape.length;
  const perm = integersAttribute(node, "perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (perm.length === rank && Array.from(perm.keys()).every((axis) => perm.includes(axis))) return perm;
  const given = perm.length <= MOST_LISTED ? `[${perm.join(", ")}]` : `a list of ${perm.length} axes`;
  throw new CompileError(`${given} is no permutation of ${rank} axes`);
}
