import { create } from "@bufbuild/protobuf";
import { type NodeProto, NodeProtoSchema, type TensorProto } from "onnx-buf";
import { int64 } from "../graph/constants.ts";
import { type Dimension, symbolsOf, termsOf } from "../graph/dimension.ts";
import { codeOf, type ElementType } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Graph, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { attributeProto, inlineTensor } from "./onnx_protos.ts";

/** Where nodes and tensors are written to. */
export interface GraphWriter {
  add(node: NodeProto): void;
  /** Writes a tensor. @returns the name that it gets, after a hint */
  initialize(hint: string, tensor: TensorProto): string;
  /** A name that no other value or node has. */
  unique(hint: string): string;
  /** The name of an input of the graph; `undefined` where it is not written. */
  nameOfInput(input: Value): string | undefined;
}

/** Writes the nodes that compute integers in terms of the symbols from the shapes of the graph's inputs, each once. */
export class ShapeArithmetic {
  private readonly shared = new Map<string, string>();

  constructor(private readonly graph: Graph, private readonly writer: GraphWriter) {}

  /** The name of integers that depend on the inputs' shapes. @throws {CompileError} where no input has one of their symbols */
  integers({ integers, shape, type }: Value): string {
    const key = `${type}[${shape}]${integers!.join(";")}`;
    return this.once(key, () => {
      if (integers!.length === 0) return this.withoutElements(type, shape);
      let name = integers!.length === 1
        ? this.dimension(integers![0]!)
        : this.compute("Concat", integers!.map((item) => this.dimension(item)), { axis: 0 });
      if (shape.length === 0) name = this.compute("Squeeze", [name, this.number(0)]);
      if (shape.length > 1) {
        const dims = int64(shape as number[], [shape.length]);
        name = this.compute("Reshape", [name, this.writer.initialize("dims", inlineTensor(dims))]);
      }
      return type === "int64" ? name : this.compute("Cast", [name], { to: codeOf(type) });
    });
  }

  /** A tensor of no elements. */
  private withoutElements(type: ElementType, shape: readonly Dimension[]): string {
    const extents = this.compute("Concat", shape.map((item) => this.dimension(item)), { axis: 0 });
    return this.compute("Cast", [this.compute("ConstantOfShape", [extents])], { to: codeOf(type) });
  }

  /** The name of an int64 [1] tensor that holds a dimension's value. */
  private dimension(dimension: Dimension): string {
    if (typeof dimension === "number") return this.number(dimension);
    return this.once(`dimension ${dimension}`, () => {
      const terms = termsOf(dimension).map(([key, factor]) => {
        const factors = symbolsOf(key).map((symbol) => this.symbol(symbol));
        if (factor !== 1 || factors.length === 0) factors.push(this.number(factor));
        return factors.reduce((a, b) => this.compute("Mul", [a, b]));
      });
      return terms.reduce((a, b) => this.compute("Add", [a, b]));
    });
  }

  private symbol(symbol: string): string {
    return this.once(`symbol ${symbol}`, () => {
      const input = this.graph.inputs.find((one) =>
        this.writer.nameOfInput(one) !== undefined && one.shape.some((d) => String(d) === symbol)
      );
      const name = input && this.writer.nameOfInput(input);
      if (input === undefined || name === undefined) {
        throw new CompileError(`${this.graph.source}: no input has the dimension '${symbol}'`);
      }
      const axis = input.shape.findIndex((dimension) => String(dimension) === symbol);
      return this.compute("Shape", [name], { start: axis, end: axis + 1 });
    });
  }

  private number(value: number): string {
    return this.once(
      `number ${value}`,
      () => this.writer.initialize(`integer_${value}`, inlineTensor(int64([value], [1]))),
    );
  }

  private compute(
    op: OperatorName,
    inputs: string[],
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    const name = this.writer.unique(`shape_${op}`);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.writer.add(
      create(NodeProtoSchema, {
        opType: op,
        name: this.writer.unique(`${op}_node`),
        input: inputs,
        output: [name],
        attribute,
      }),
    );
    return name;
  }

  private once(key: string, make: () => string): string {
    const name = this.shared.get(key) ?? make();
    this.shared.set(key, name);
    return name;
  }
}
