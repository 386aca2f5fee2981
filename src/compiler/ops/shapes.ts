import { scalarOf, smallIntegers } from "../graph/constants.ts";
import { type Dimension, product, subtract } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { integersBy } from "./integers.ts";
import {
  EXPORTED_OTHERWISE,
  integerAttribute,
  type OpDefinition,
  required,
  tensorAttribute,
} from "./op_definition.ts";
import { ANY, NUMBERS, signature } from "./operator_signature.ts";
import { checkSingle } from "./shape_checks.ts";

/** Operators that make tensors out of shapes. */
export const shapes = {
  Shape: {
    signature: signature({ data: "T" }, { T: ANY }),
    infer: (node) => {
      const { shape } = required(node, 0);
      const end = integerAttribute(node, "end", shape.length);
      const integers = shape.slice(integerAttribute(node, "start", 0), end);
      return [{ type: "int64", shape: [integers.length], integers }];
    },
  },
  Size: {
    signature: signature({ data: "T" }, { T: ANY }),
    infer: (node) => [{ type: "int64", shape: [], integers: [product(required(node, 0).shape)] }],
  },
  ConstantOfShape: {
    signature: signature({ input: "int64" }),
    infer: (node) => {
      const shape = required(node, 0).integers;
      if (shape === undefined) {
        throw new CompileError("the shape is not known in terms of the inputs' shapes");
      }
      const constant = tensorAttribute(node, "value");
      if (constant !== undefined && product(constant.dims) !== 1) {
        throw new CompileError(
          `the attribute 'value' is [${constant.dims.join(", ")}], and must have one element`,
        );
      }
      const type = constant?.type ?? "float32";
      const item = constant === undefined ? undefined : smallIntegers(constant)?.[0];
      return [{ type, shape, ...integersBy(type, shape, () => item) }];
    },
  },
  Range: {
    signature: signature({ start: "T", limit: "T", delta: "T" }, { T: NUMBERS }),
    infer: (node) => {
      for (const at of [0, 1, 2]) checkSingle(node, at);
      const [start, limit, step] = [0, 1, 2].map((at) => wholeNumber(required(node, at)));
      if (start === undefined || limit === undefined || typeof step !== "number" || step === 0) {
        throw new CompileError("the bounds of the range are not known in terms of the inputs' shapes");
      }
      const extent = subtract(limit, start);
      const { type } = required(node, 0);
      if (typeof extent === "number") {
        const size = Math.max(0, Math.ceil(extent / step));
        const whole = (type === "int64" || type === "int32") && typeof start === "number" && size <= 16;
        const integers = whole && Array.from({ length: size }, (_, i) => start + i * step);
        return [{ type, shape: [size], ...(integers && { integers }) }];
      }
      if (step !== 1) {
        throw new CompileError(
          `the size of a range over ${extent} is not known in steps of ${step}, but only of 1${EXPORTED_OTHERWISE}`,
        );
      }
      return [{ type, shape: [extent] }];
    },
  },
} satisfies Partial<Record<OperatorName, OpDefinition>>;

/** The whole number that a scalar holds, also one that was turned into a float. */
export function wholeNumber(value: Value): Dimension | undefined {
  let held = value;
  while (held.integers === undefined && held.producer?.op === "Cast") held = required(held.producer, 0);
  return held.integers === undefined ? scalarOf(held) : held.integers[0];
}
