import { checkBudget } from "../graph/budget.ts";
import { float32, float64, int64, smallIntegers } from "../graph/constants.ts";
import { type Dimension, product, sameShape } from "../graph/dimension.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import { bytesPerElement, codeOf, type ElementType } from "../graph/element_types.ts";
import type { Attributes, Constant, Graph, Node, Value } from "../graph/graph.ts";
import type { OperatorAttributes, OperatorName, OperatorWithRequired } from "../graph/operator_attributes.ts";
import { mapTuple } from "../graph/tuple.ts";
import { inferOutputs } from "./infer_outputs.ts";
import { operatorNamed } from "./mod.ts";

/** Makes a graph node by node; every value gets its type and shape from the operator's row as it is made. */
export class Builder {
  readonly inputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly outputs: Map<string, Value> = new Map();

  /** The file that is read, which messages name. */
  private reading: string;

  /** @param file the model's file, for messages @param multiplier the number that the graph keeps */
  constructor(private readonly file: string, private readonly multiplier: number | undefined = undefined) {
    this.reading = file;
  }

  /** The file that messages name. */
  get source(): string {
    return this.reading;
  }

  /** Adds what stands in another file of the model, which messages name meanwhile. */
  from<Result>(file: string, add: () => Result): Result {
    const before = this.reading;
    this.reading = file;
    try {
      return add();
    } finally {
      this.reading = before;
    }
  }

  /** A builder that appends to a graph. */
  static of(graph: Graph): Builder {
    const builder = new Builder(graph.source, graph.multiplier);
    for (const input of graph.inputs) builder.inputs.push(input);
    for (const node of graph.nodes) builder.nodes.push(node);
    for (const [name, value] of graph.outputs) builder.outputs.set(name, value);
    return builder;
  }

  /** The graph so far, its outputs those given here or set before. */
  graph(outputs: ReadonlyMap<string, Value> = this.outputs): Graph {
    return {
      source: this.file,
      ...(this.multiplier !== undefined && { multiplier: this.multiplier }),
      inputs: [...this.inputs],
      nodes: [...this.nodes],
      outputs: new Map(outputs),
    };
  }

  /** A new input of the graph. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    const value: Value = { name, type, shape };
    this.inputs.push(value);
    return value;
  }

  /** A tensor known now. */
  constant(name: string, constant: Constant): Value {
    const integers = smallIntegers(constant);
    return { name, type: constant.type, shape: constant.dims, constant, ...(integers && { integers }) };
  }

  /** A float32 scalar. */
  scalar(value: number): Value {
    return this.constant(`scalar_${value}`, float32([value], []));
  }

  /** An int64 tensor of one axis whose elements may be symbols (a shape, axes, …). */
  integers(items: readonly Dimension[]): Value {
    const wrong = items.find((item) => typeof item === "number" && !Number.isInteger(item));
    if (wrong !== undefined) throw new CompileError(`${wrong} in place of a whole number`);
    if (items.every((item) => typeof item === "number")) {
      return this.constant(`integers_${items.join("_")}`, int64(items, [items.length]));
    }
    return { name: "shape", type: "int64", shape: [items.length], integers: items };
  }

  /** An int64 scalar that may be a symbol. */
  integer(item: Dimension): Value {
    if (typeof item === "number") return this.constant(`integer_${item}`, int64([item], []));
    return { name: "dimension", type: "int64", shape: [], integers: [item] };
  }

  /**
   * Adds a node and returns all its outputs.
   *
   * @throws {CompileError} where the operator's row cannot take these inputs
   */
  node<Name extends OperatorWithRequired>(
    op: Name,
    inputs: readonly (Value | null)[],
    attributes: OperatorAttributes[Name],
    name?: string,
    outputNames?: readonly string[],
  ): readonly Value[];
  node<Name extends Exclude<OperatorName, OperatorWithRequired>>(
    op: Name,
    inputs: readonly (Value | null)[],
    attributes?: OperatorAttributes[Name],
    name?: string,
    outputNames?: readonly string[],
  ): readonly Value[];
  node(
    op: OperatorName,
    inputs: readonly (Value | null)[],
    attributes: Attributes = {},
    name?: string,
    outputNames?: readonly string[],
  ): readonly Value[] {
    return this.checkedNode(op, inputs, attributes, name, outputNames);
  }

  /** Adds a node with one output. */
  op<Name extends OperatorWithRequired>(
    op: Name,
    inputs: readonly (Value | null)[],
    attributes: OperatorAttributes[Name],
  ): Value;
  op<Name extends Exclude<OperatorName, OperatorWithRequired>>(
    op: Name,
    inputs: readonly (Value | null)[],
    attributes?: OperatorAttributes[Name],
  ): Value;
  op(op: OperatorName, inputs: readonly (Value | null)[], attributes: Attributes = {}): Value {
    return this.checkedNode(op, inputs, attributes)[0]!;
  }

  /**
   * Adds a node whose operator and attributes come from a file or from another node: they are checked now, and not when the
   * compiler itself is compiled.
   *
   * @throws {CompileError} where there is no such operator or its row cannot take these inputs
   */
  checkedNode(
    given: string,
    inputs: readonly (Value | null)[],
    attributes: Attributes,
    name = "",
    outputNames: readonly string[] = [],
  ): readonly Value[] {
    const where = () => `${operatorOfNode(given, name)} in ${this.source}`;
    const op = operatorNamed(given, where);
    const outputs: Value[] = [];
    const node: Node = { op, name, inputs, outputs, attributes };
    let signatures;
    try {
      checkBudget("nodes with those of gradients, updates and lowerings", this.nodes.length + 1);
      signatures = inferOutputs(node, Math.max(1, outputNames.length));
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const shapes = inputs.map((input) =>
        input === null ? "none" : `${input.type} [${input.shape.join(", ")}]`
      );
      throw new CompileError(`${error.message}: ${where()}, inputs ${shapes.join("; ")}`, { cause: error });
    }
    for (const [i, signature] of signatures.entries()) {
      outputs.push({ name: outputNames[i] || `${op}_${this.nodes.length}`, producer: node, ...signature });
    }
    this.nodes.push(node);
    return outputs;
  }

  /** Adds a node of another graph, whose inputs are values of this one, too. @throws {CompileError} where there are too many */
  keep(node: Node): void {
    checkBudget("nodes with those of gradients, updates and lowerings", this.nodes.length + 1, this.source);
    this.nodes.push(node);
  }

  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b]);
  }

  subtract(a: Value, b: Value): Value {
    return this.op("Sub", [a, b]);
  }

  multiply(a: Value, b: Value): Value {
    return this.op("Mul", [a, b]);
  }

  divide(a: Value, b: Value): Value {
    return this.op("Div", [a, b]);
  }

  negate(a: Value): Value {
    return this.op("Neg", [a]);
  }

  /** The same elements in another type. */
  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.op("Cast", [x], { to: codeOf(type) });
  }

  /** The matrix product over the last two axes, either factor transposed there first. */
  matmul(a: Value, b: Value, transposed: { a?: boolean; b?: boolean } = {}): Value {
    if (!transposed.a && !transposed.b) return this.op("MatMul", [a, b]);
    return this.op("com.microsoft.FusedMatMul", [a, b], {
      transA: transposed.a ? 1 : 0,
      transB: transposed.b ? 1 : 0,
    });
  }

  /** The sum over some axes, which stay with size 1. */
  sum(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.op("ReduceSum", [x, this.integers(axes)], { keepdims: 1 });
  }

  /** The mean over some axes, which stay with size 1. */
  mean(x: Value, axes: readonly number[]): Value {
    return this.op("ReduceMean", [x, this.integers(axes)], { keepdims: 1 });
  }

  /** The same elements in another shape. */
  reshape(x: Value, shape: readonly Dimension[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.op("Reshape", [x, this.integers(shape)], shape.includes(0) ? { allowzero: 1 } : {});
  }

  /**
   * Cuts a tensor into parts that lie side by side along an axis.
   *
   * @param extents of each part along the axis
   * @param names of the parts; where they have none, they are numbered
   */
  split<const Extents extends readonly Dimension[]>(
    x: Value,
    axis: number,
    extents: Extents,
    names: readonly string[] = [],
  ): { readonly [At in keyof Extents]: Value } {
    const outputNames = extents.map((_, i) => names[i] ?? "");
    const parts = this.node("Split", [x, this.integers(extents)], { axis }, "", outputNames);
    return mapTuple(extents, (_, i) => parts[i]!);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i) ? x : this.op("Transpose", [x], { perm });
  }

  /** Repeats axes of size 1. */
  expand(x: Value, shape: readonly Dimension[]): Value {
    return sameShape(x.shape, shape) ? x : this.op("Expand", [x, this.integers(shape)]);
  }

  /** A tensor whose elements are all `value`. */
  filled(shape: readonly Dimension[], constant: Constant): Value {
    return this.op("ConstantOfShape", [this.integers(shape)], {
      value: { tensor: { ...constant, dims: [1] } },
    });
  }

  /** A tensor of zeros. */
  zeros(type: ElementType, shape: readonly Dimension[]): Value {
    return this.filled(shape, { type, dims: [1], bytes: new Uint8Array(bytesPerElement(type)) });
  }

  /** 1 at the index, 0 elsewhere; a new last axis of `depth`. */
  oneHot(indices: Value, depth: Dimension, type: "float32" | "float64" = "float32"): Value {
    const offOn = type === "float64" ? float64([0, 1], [2]) : float32([0, 1], [2]);
    return this.op("OneHot", [indices, this.integer(depth), this.constant("off_on", offOn)], { axis: -1 });
  }

  /**
   * The gradient of a broadcast input: summed over the repeated axes.
   *
   * @param gradient the shape that broadcasting gave
   * @param shape the input's own shape
   */
  unbroadcast(gradient: Value, shape: readonly Dimension[]): Value {
    const extra = gradient.shape.length - shape.length;
    const axes = gradient.shape.flatMap((dimension, axis) => {
      const own = axis < extra ? 1 : shape[axis - extra]!;
      return axis < extra || (own === 1 && dimension !== 1) ? [axis] : [];
    });
    const summed = this.sum(gradient, axes);
    if (!sameShape([product(summed.shape)], [product(shape)])) {
      throw new CompileError(
        `gradient [${gradient.shape.join(", ")}] does not fit the value [${shape.join(", ")}]`,
      );
    }
    return this.reshape(summed, shape);
  }
}
