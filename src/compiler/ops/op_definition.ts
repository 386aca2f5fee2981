import type { Builder } from "./builder.ts";
import { add, type Dimension, divide, product, sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { plainIntegersOf } from "../graph/constants.ts";
import type { ElementType } from "../graph/element_types.ts";
import type { AttributeKind, AttributeKinds, Attributes, Constant, Node, Value } from "../graph/graph.ts";
import type { AttributeName } from "../graph/operator_attributes.ts";
import { isOfKind } from "../graph/attribute.ts";
import type { OperatorSignature } from "./operator_signature.ts";
import type { OperatorTraits } from "./operator_traits.ts";

/** What a row's inference reads before the node exists. */
export interface Signature {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  /** The number of wanted outputs. */
  readonly outputs: number;
}

/** A node without its outputs. */
export type Asked = Pick<Signature, "inputs" | "attributes">;

/** What a row declares about an output. */
export interface Output {
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
  readonly integers?: readonly Dimension[];
}

/** Where a selection along an axis of an output comes from: an axis of each input, `null` for an input that has none. */
export interface SelectionRule {
  readonly axes: readonly (number | null)[];
  /** Makes the narrowed outputs, where it takes more than the same node on narrowed inputs. */
  readonly rebuild?: (b: Builder, inputs: readonly (Value | null)[], extent: Dimension) => readonly Value[];
}

/**
 * What a row gives for an input that it takes as a constant on purpose although the output depends on it: nothing flows back
 * through it, and that is no error. The row says why.
 */
export const STOP_GRADIENT = Symbol("stop gradient");

/** What flows back into one input of a node. `null`: there is no gradient, an error where an active input of numbers needs one. */
export type InputGradient = Value | null | typeof STOP_GRADIENT;

/** All that the compiler must know of an operator. */
export interface OpDefinition extends OperatorTraits {
  /** The inputs that it takes and their element types: what each node of it must have before anything is inferred. */
  readonly signature: OperatorSignature;
  /** The outputs' element types and shapes, and their elements where they are integers known in terms of the symbols. */
  infer(node: Signature): Output[];
  /**
   * Adds the nodes that compute the gradient of each input from the gradients of the outputs: one entry an input, also for
   * those that are not given (`null`). Gradients may still have the broadcast shape: the reverse loop sums them back.
   *
   * **Ties and kinks**, where the slope depends on the side one looks from, follow one convention:
   * - Of inputs that are equal, the first has the whole gradient (Max, Min). So a number at a bound of Clip keeps its
   *   gradient and the bound gets none, as in PyTorch's `clamp`; `torch.maximum` would halve it.
   * - Elements of one input that are equal share the gradient evenly (ReduceMax, ReduceMin), as in `amax` and `amin`.
   * - At the kink at 0 the slope is that of the left side (Relu, LeakyRelu, Elu), and 0 for Abs, as in PyTorch.
   *
   * **Piecewise constant** outputs have the slope 0, as in PyTorch: the rows of Floor, Ceil, Round, Sign and ArgMax stop
   * the gradient, and the reverse loop lets none into a truth value, so that comparisons and casts to bool need no gradient.
   *
   * @param gradients one an output; `undefined` where nothing flows back through it (at least one is given)
   */
  gradient?(b: Builder, node: Node, gradients: readonly (Value | undefined)[]): readonly InputGradient[];
  /**
   * Computes the output of a node, on these inputs, from the parts that an activation's slope needs, too. One kernel computes it faster
   * alone, but where the slope is needed, most of it is there already.
   */
  inParts?(b: Builder, node: Node, inputs: readonly (Value | null)[]): Value;
  /**
   * In plain numbers, what it makes of the inputs' elements in one place, where it is elementwise; an input that is not given is
   * `undefined`. Only what positions, masks and indices are computed with has it: see `analysis/interpreter.ts`.
   */
  readonly compute?: (x: number, y: number, z: number) => number;
  /** The reduction on plain numbers: combines the accumulator with the next element. */
  readonly accumulate?: (total: number, item: number) => number;
  /** Whether a selection along this axis of the outputs can be made on the inputs instead, and along which of their axes. */
  selectionRule?(node: Node, axis: number): SelectionRule | undefined;
}

/** The gradient of a row with one output, whose output gradient always exists. */
export function ofOutput(
  gradient: (b: Builder, node: Node, dy: Value) => readonly InputGradient[],
): NonNullable<OpDefinition["gradient"]> {
  return (b, node, [dy]) => gradient(b, node, dy!);
}

/** The input at this place, which the operator cannot do without. */
export function required(node: { inputs: readonly (Value | null)[] }, at: number): Value {
  const value = node.inputs[at];
  if (value === undefined || value === null) throw new CompileError(`input ${at} is missing`);
  return value;
}

/** The gradients of the inputs that a node has, of those that its operator can have: optional ones at the end may be left out. */
export function ofInputs(
  { inputs }: Pick<Node, "inputs">,
  gradients: readonly InputGradient[],
): readonly InputGradient[] {
  return gradients.slice(0, inputs.length);
}

/** The gradients of a node of whose inputs only the first has one: the others are shapes, axes, indices, …, which are taken as given. */
export function ofFirst(node: Node, gradient: Value): InputGradient[] {
  return node.inputs.map((_, at) => at === 0 ? gradient : STOP_GRADIENT);
}

/** An integer attribute. @throws {CompileError} where it is of another kind */
export function integerAttribute(
  node: { attributes: Attributes },
  name: AttributeName<"integer">,
  otherwise: number,
): number {
  return attributeOf(node, name, "integer") ?? otherwise;
}

/** A float attribute. @throws {CompileError} where it is of another kind */
export function floatAttribute(
  node: { attributes: Attributes },
  name: AttributeName<"float">,
  otherwise: number,
): number {
  return attributeOf(node, name, "float")?.float ?? otherwise;
}

/** An attribute that is a list of integers. @throws {CompileError} where it is of another kind */
export function integersAttribute(
  node: { attributes: Attributes },
  name: AttributeName<"integers">,
): readonly number[] | undefined {
  return attributeOf(node, name, "integers");
}

/** An attribute that is a text. @throws {CompileError} where it is of another kind */
export function stringAttribute(
  node: { attributes: Attributes },
  name: AttributeName<"string">,
  otherwise: string,
): string {
  return attributeOf(node, name, "string") ?? otherwise;
}

/** An attribute that is a tensor. @throws {CompileError} where it is of another kind */
export function tensorAttribute(
  node: { attributes: Attributes },
  name: AttributeName<"tensor">,
): Constant | undefined {
  return attributeOf(node, name, "tensor")?.tensor;
}

function attributeOf<Kind extends AttributeKind>(
  { attributes }: { attributes: Attributes },
  name: AttributeName<Kind>,
  kind: Kind,
): AttributeKinds[Kind] | undefined {
  const value = attributes[name];
  if (value === undefined || isOfKind(value, kind)) return value;
  throw new CompileError(`the attribute '${name}' is not of the kind ${kind}`);
}

/** Counts a negative axis from the end. */
export function axisOf(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || counted < 0 || counted >= rank) {
    throw new CompileError(
      `there is no axis ${axis} in a tensor of ${rank} axes: name one from ${-rank} to ${rank - 1}`,
    );
  }
  return counted;
}

/** Counts negative axes from the end. @throws {CompileError} where one is named twice */
export function axesOf(given: readonly number[], rank: number): number[] {
  const axes = given.map((axis) => axisOf(axis, rank));
  if (new Set(axes).size === axes.length) return axes;
  throw new CompileError(`an axis is named twice in [${given.join(", ")}]: name each once`);
}

/** The axis of the first input that the attribute `axis` names. */
export function attributeAxis(node: Asked, otherwise: number): number {
  return axisOf(integerAttribute(node, "axis", otherwise), required(node, 0).shape.length);
}

/** The shape that two shapes have when broadcast against each other. */
export function broadcast(a: readonly Dimension[], b: readonly Dimension[]): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const other = b[axis - rank + b.length] ?? 1;
    if (left === 1) return other;
    if (other === 1 || sameDimension(left, other)) return left;
    throw new CompileError(
      `shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast${askedOfFixed(left, other)}`,
    );
  });
}

/** The way out where the compiler does not support a graph's form. */
export const EXPORTED_OTHERWISE = " (export the model with another exporter or opset, or take another model)";

/** What may be the reason where two extents are not the same: a number in the file where the inputs decide. */
export function askedOfFixed(a: Dimension, b: Dimension): string {
  return (typeof a === "number") === (typeof b === "number")
    ? EXPORTED_OTHERWISE
    : " (was the model exported for one length, or for one number of texts? Export it with dynamic axes)";
}

/** The axis of a broadcast input that corresponds to an axis of the output; `null` where the input is repeated along it. */
export function axisUnder(shape: readonly Dimension[], axis: number, rank: number): number | null {
  const own = axis - rank + shape.length;
  return own < 0 || shape[own] === 1 ? null : own;
}

/** Resolves the 0s and the -1 of a Reshape. */
export function reshapedTo(
  shape: readonly Dimension[],
  wanted: readonly Dimension[],
  zeroCopies: boolean,
): Dimension[] {
  const filled = wanted.map((item, axis) => item === 0 && zeroCopies ? shape[axis] ?? 0 : item);
  const open = filled.indexOf(-1);
  const whole = product(shape);
  const rest = product(filled.filter((_, axis) => axis !== open));
  const size = open < 0 ? undefined : divide(whole, rest);
  if (size !== undefined) filled[open] = size;
  if (!sameDimension(product(filled), whole)) {
    throw new CompileError(
      `[${shape.join(", ")}] cannot be reshaped to [${filled.join(", ")}]${askedOfFixed(whole, rest)}`,
    );
  }
  return filled;
}

/** `total` of several dimensions. */
export function totalOf(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce(add, 0);
}

/** The plain integers of an input that must be known at compile time. */
export function plainInput(node: Asked, at: number, what: string): readonly number[] {
  const integers = plainIntegersOf(required(node, at));
  if (integers === undefined) {
    throw new CompileError(`the ${what} are not known at compile time${EXPORTED_OTHERWISE}`);
  }
  return integers;
}
