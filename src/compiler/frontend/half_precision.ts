import type { Builder } from "../ops/builder.ts";
import { float32, numbers } from "../graph/constants.ts";
import { codeOf, type ElementType, elementTypeOf } from "../graph/element_types.ts";
import type { Attributes, Constant, Value } from "../graph/graph.ts";
import { integerAttribute, tensorAttribute } from "../ops/op_definition.ts";

/** The largest number of elements of a constant that is converted to float32 at compile time; larger ones are converted when the model is opened. */
const MOST_AT_ONCE = 1024;

/** Whether numbers of this type have 16 bits. */
export function isHalf(type: ElementType): boolean {
  return type === "float16" || type === "bfloat16";
}

/** A constant of 16 bits as float32, where it is small; others as they are. */
export function widenedConstant(constant: Constant): Constant {
  const count = constant.dims.reduce((a, b) => a * b, 1);
  const items = isHalf(constant.type) && count <= MOST_AT_ONCE ? numbers(constant) : undefined;
  return items ? float32(items, constant.dims) : constant;
}

/**
 * Values stored in 16 bits are computed in 32: the prompt, its gradient and the optimizer's state need them. A large
 * weight stays in the file as it is and is cast where it is read.
 */
export function widened(b: Builder, value: Value): Value {
  return isHalf(value.type) ? b.cast(value, "float32") : value;
}

/** The attributes of a node with 16-bit output, changed to float32. */
export function widenedAttributes(op: string, attributes: Attributes): Attributes {
  const to = op === "Cast" ? elementTypeOf(integerAttribute({ attributes }, "to", 0)) : undefined;
  if (to !== undefined && isHalf(to)) return { ...attributes, to: codeOf("float32") };
  const tensor = op === "ConstantOfShape" ? tensorAttribute({ attributes }, "value") : undefined;
  return tensor === undefined ? attributes : { ...attributes, value: { tensor: widenedConstant(tensor) } };
}
