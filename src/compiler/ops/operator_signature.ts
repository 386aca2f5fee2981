import { type Attributes, isOfKind } from "../graph/attribute.ts";
import { ELEMENT_TYPES, type ElementType, elementTypeOf, isFloat } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/graph.ts";
import {
  type AttributeRule,
  type AttributeTable,
  OPERATOR_ATTRIBUTES,
  type OperatorName,
  schemaOf,
} from "../graph/operator_attributes.ts";

/** An input as ONNX's operator schemas declare it (https://onnx.ai/onnx/operators/). */
export interface InputParameter {
  /** Its name in the schema. */
  readonly name: string;
  /** The type parameter that it shares with other inputs, or an element type of its own. */
  readonly type: string;
  /** The element types that it can have. */
  readonly allowed: readonly ElementType[];
  /** Whether it can be left out. */
  readonly isOptional: boolean;
  /** Whether it stands for any number of inputs, at least one: the last of a schema can do so. */
  readonly isVariadic: boolean;
}

/** The inputs that an operator takes, in its order. */
export type OperatorSignature = readonly InputParameter[];

/** Two numbers to a byte: the version of ONNX that is emitted has no operator on them, but ONNX Runtime's own decoders. */
export const PACKED: readonly ElementType[] = ["int4", "uint4"];

/** Every element type of the version of ONNX that is emitted. */
export const ANY: readonly ElementType[] = Object.values(ELEMENT_TYPES)
  .flatMap(({ code }) => elementTypeOf(code) ?? []).filter((type) => !PACKED.includes(type));

/** Real numbers and whole ones. */
export const NUMBERS: readonly ElementType[] = ANY.filter((type) => type !== "bool");

/** Real numbers. */
export const FLOATS: readonly ElementType[] = ANY.filter(isFloat);

/** Whole numbers that real ones are stored as, and the sums of products of these. */
export const QUANTIZED: readonly ElementType[] = NUMBERS.filter((type) =>
  !isFloat(type) && !type.endsWith("64")
);

/** The factors of integer products. */
export const BYTES: readonly ElementType[] = ["int8", "uint8"];

/** Indices and axes. */
export const INDICES: readonly ElementType[] = ["int32", "int64"];

/** The element types that each type parameter of a schema stands for. */
type TypeConstraints<Parameter extends string> = Readonly<Record<Parameter, readonly ElementType[]>>;

/**
 * The signature of an operator, in the notation of ONNX's schemas: the type of each input, which is an element type or a type
 * parameter. Inputs of the same type parameter have the same element type.
 *
 * @param inputs the types by the inputs' names, in order; `name?` can be left out, `name...` stands for one or more
 * @param types the element types that each type parameter stands for
 */
export function signature<Parameter extends string = never>(
  inputs: Readonly<Record<string, NoInfer<Parameter> | ElementType>>,
  types?: TypeConstraints<Parameter>,
): OperatorSignature {
  const allowed: Readonly<Record<string, readonly ElementType[]>> = types ?? {};
  return Object.entries(inputs).map(([declared, type]) => ({
    name: declared.replace(/(\?|\.\.\.)$/, ""),
    type,
    allowed: allowed[type] ?? ANY.filter((one) => one === type),
    isOptional: declared.endsWith("?"),
    isVariadic: declared.endsWith("..."),
  }));
}

/**
 * Checks a node against its operator's schema: the number of inputs, their element types, the names and kinds of attributes.
 *
 * @throws {CompileError} on the first that does not fit, naming the input or the attribute
 */
export function checkSignature(
  parameters: OperatorSignature,
  { op, inputs, attributes }: Pick<Node, "op" | "inputs" | "attributes">,
): void {
  checkInputs(parameters, inputs);
  checkAttributes(op, attributes);
}

/**
 * Checks the number of inputs and their element types.
 *
 * @throws {CompileError} on the first that does not fit, naming it
 */
export function checkInputs(parameters: OperatorSignature, inputs: readonly (Value | null)[]): void {
  checkCount(parameters, inputs.length);
  checkTypes(parameters, inputs);
}

function checkCount(parameters: OperatorSignature, given: number): void {
  const least = parameters.findLastIndex(({ isOptional }) => !isOptional) + 1;
  const most = parameters.at(-1)?.isVariadic ? Infinity : parameters.length;
  if (given > most) throw new CompileError(`${given} inputs are given, and it takes ${most} at most`);
  if (given >= least) return;
  throw new CompileError(`input ${given} ('${parameters[given]!.name}') is missing`);
}

function checkTypes(parameters: OperatorSignature, inputs: readonly (Value | null)[]): void {
  for (const [i, input] of inputs.entries()) {
    const { type, allowed, isOptional } = parameterOf(parameters, i);
    const at = () => `input ${i} ('${parameterOf(parameters, i).name}')`;
    if (input === null) {
      if (!isOptional) throw new CompileError(`${at()} is missing`);
      continue;
    }
    if (!allowed.includes(input.type)) {
      throw new CompileError(`${at()} is ${input.type}, and can be ${allowed.join(", ")}`);
    }
    const first = inputs.findIndex((one, j) => one !== null && parameterOf(parameters, j).type === type);
    const expected = inputs[first]!.type;
    if (expected === input.type) continue;
    const { name } = parameterOf(parameters, first);
    throw new CompileError(
      `${at()} is ${input.type}, and must be of the type of input ${first} ('${name}'), ${expected}`,
    );
  }
}

/** The parameter of an input: the last stands for all further ones. */
function parameterOf(parameters: OperatorSignature, at: number): InputParameter {
  return parameters[Math.min(at, parameters.length - 1)]!;
}

function checkAttributes(op: OperatorName, attributes: Attributes): void {
  const rules = rulesOf(op);
  for (const [name, value] of Object.entries(attributes)) {
    const rule = rules.get(name);
    if (rule === undefined) throw new CompileError(`it takes no attribute '${name}'`);
    const { kind, values } = rule;
    if (!isOfKind(value, kind)) throw new CompileError(`the attribute '${name}' is not of the kind ${kind}`);
    if (values !== undefined && !values.some((one) => one === value)) {
      throw new CompileError(`the attribute '${name}' is ${value}, and can be ${values.join(", ")}`);
    }
  }
  for (const [name, { isRequired }] of rules) {
    if (isRequired && attributes[name] === undefined) {
      throw new CompileError(`the attribute '${name}' is missing`);
    }
  }
}

const RULES = new Map<OperatorName, ReadonlyMap<string, AttributeRule>>();

/** What each attribute of an operator must be; read from its declaration once, as graphs have many nodes of few operators. */
function rulesOf(op: OperatorName): ReadonlyMap<string, AttributeRule> {
  const known = RULES.get(op);
  if (known !== undefined) return known;
  const table: AttributeTable = OPERATOR_ATTRIBUTES[op];
  const rules = new Map(Object.entries(table).map(([name, schema]) => [name, schemaOf(schema)]));
  RULES.set(op, rules);
  return rules;
}
