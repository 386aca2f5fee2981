import { scalarLike } from "./elementwise.ts";
import { comparison, elementwiseRow, unary } from "./elementwise_row.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { and, equal, integerAt, integersBy, less, lessOrEqual, not, or, xor } from "./integers.ts";
import { broadcast, ofOutput, type OpDefinition, required } from "./op_definition.ts";
import { ANY, FLOATS, signature } from "./operator_signature.ts";

/** Operators that compare, and those on booleans. */
export const logic = {
  Where: elementwiseRow({
    isReproducible: true,
    scalesWith: "all",
    signature: signature({ condition: "bool", X: "T", Y: "T" }, { T: ANY }),
    compute: (condition, x, y) => condition ? x : y,
    infer: (node) => {
      const [condition, a, b] = [required(node, 0), required(node, 1), required(node, 2)];
      const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
      const chosen = integersBy(a.type, shape, (place) => {
        const flag = integerAt(condition, shape, place);
        return flag === undefined ? undefined : integerAt(flag === 0 ? b : a, shape, place);
      });
      return [{ type: a.type, shape, ...chosen }];
    },
    gradient: ofOutput((b, node, dy) => {
      const condition = required(node, 0);
      const zero = scalarLike(b, required(node, 1), 0);
      return [null, b.op("Where", [condition, dy, zero]), b.op("Where", [condition, zero, dy])];
    }),
    float16: "follows",
  }),
  Equal: comparison({
    types: ANY,
    compute: (x, y) => Number(x === y),
    arithmetic: equal,
    isCommutative: true,
  }),
  Less: comparison({ compute: (x, y) => Number(x < y), arithmetic: less }),
  LessOrEqual: comparison({ compute: (x, y) => Number(x <= y), arithmetic: lessOrEqual }),
  Greater: comparison({ compute: (x, y) => Number(x > y), arithmetic: (a, b) => less(b, a) }),
  GreaterOrEqual: comparison({ compute: (x, y) => Number(x >= y), arithmetic: (a, b) => lessOrEqual(b, a) }),
  And: comparison({ types: ["bool"], compute: (x, y) => x * y, arithmetic: and, isCommutative: true }),
  Or: comparison({
    types: ["bool"],
    compute: (x, y) => Math.max(x, y),
    arithmetic: or,
    isCommutative: true,
    webgpuLacks: "kernel",
  }),
  Xor: comparison({
    types: ["bool"],
    compute: (x, y) => Number(x !== y),
    arithmetic: xor,
    isCommutative: true,
    webgpuLacks: "kernel",
  }),
  Not: unary({ types: ["bool"], compute: (x) => 1 - x, arithmetic: not }),
  IsNaN: elementwiseRow({
    signature: signature({ X: "T1" }, { T1: FLOATS }),
    compute: (x) => Number(Number.isNaN(x)),
    infer: (node) => [{ type: "bool", shape: required(node, 0).shape }],
    webgpuLacks: "kernel",
  }),
  IsInf: elementwiseRow({
    signature: signature({ X: "T1" }, { T1: FLOATS }),
    compute: (x) => Number(Math.abs(x) === Infinity),
    infer: (node) => [{ type: "bool", shape: required(node, 0).shape }],
    webgpuLacks: "kernel",
  }),
} satisfies Partial<Record<OperatorName, OpDefinition>>;
