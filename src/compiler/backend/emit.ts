import { create, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import { INLINE_BYTES } from "../graph/constants.ts";
import { symbolsOf, termsOf } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { weightLocation } from "../frontend/external_data.ts";
import {
  type Constant,
  type FileRegion,
  type Graph,
  liveNodes,
  type Node,
  type Value,
} from "../graph/graph.ts";
import { attributeProto, externalTensor, inlineTensor, valueInfo } from "./onnx_protos.ts";
import { definitionOf } from "../ops/mod.ts";
import { type GraphWriter, ShapeArithmetic } from "./shape_arithmetic.ts";
import { type TensorSize, tensorSizes } from "../graph/tensor_sizes.ts";
import { uniqueName, type UsedNames } from "../graph/unique_name.ts";

/** The version of ONNX's operators that emitted graphs use. */
const OPSET = 18;
/** The matching version of the file format. */
const IR_VERSION = 8;

/** An emitted graph. */
export interface Emitted {
  /** The ONNX file's bytes. */
  readonly bytes: Uint8Array;
  /** The files that it takes initializers from, by the location that it names them by: the path from the model's folder. */
  readonly weights: ReadonlyMap<string, string>;
  /** The sizes of its tensors, for devices with limits. */
  readonly sizes: readonly TensorSize[];
}

/**
 * Writes a graph as an ONNX file. Weights are not copied: they become external data that points into the model's own file
 * (location, offset, length). Shapes that depend on the inputs' are computed from them at the start.
 *
 * What ONNX Runtime can compute from weights alone it computes when it opens a graph, and keeps. A weight that is sliced
 * at run is therefore also an input, whose default it is: what is made of it may then differ from run to run.
 *
 * @param slicesAtRun whether weights are sliced at run that are to be
 */
export function emit(graph: Graph, name: string, slicesAtRun = true): Emitted {
  const writer = new Writer(graph, slicesAtRun);
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(IR_VERSION),
    producerName: "softprompt",
    opsetImport: [["", OPSET], ["com.microsoft", 1]].map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain: domain as string, version: BigInt(version!) })
    ),
    graph: writer.write(name),
  });
  return { bytes: toBinary(ModelProtoSchema, model), weights: writer.weights, sizes: tensorSizes(graph) };
}

class Writer implements GraphWriter {
  readonly weights = new Map<string, string>();
  private readonly nodes: NodeProto[] = [];
  private readonly initializers: TensorProto[] = [];
  private readonly names = new Map<Value, string>();
  private readonly inFiles = new Map<string, string>();
  private readonly shapes: ShapeArithmetic;
  /** Tensors that are written into the graph's file, by type, extents, hint and first bytes. */
  private readonly tensors = new Map<
    string,
    readonly { readonly bytes: Uint8Array; readonly name: string }[]
  >();
  private readonly usedNames: UsedNames = new Map();

  /** The weights that are also inputs. */
  private readonly defaults: ValueInfoProto[] = [];

  constructor(private readonly graph: Graph, private readonly slicesAtRun: boolean) {
    this.shapes = new ShapeArithmetic(graph, this);
  }

  write(name: string) {
    const nodes = liveNodes(this.graph);
    const read = new Set<Value>(
      [...nodes.flatMap((node) => node.inputs), ...this.graph.outputs.values()].filter((v) => v !== null),
    );
    const symbols = symbolsIn(read);
    const inputs = this.graph.inputs.filter((input) =>
      read.has(input) || definesOnly(input, symbols, this.graph)
    );
    for (const input of inputs) this.names.set(input, this.unique(input.name));
    for (const output of this.graph.outputs.keys()) this.usedNames.set(output, 2);
    for (const node of nodes) this.writeNode(node, read);
    for (const [output, value] of this.graph.outputs) {
      this.nodes.push(
        create(NodeProtoSchema, { opType: "Identity", input: [this.nameOf(value)], output: [output] }),
      );
    }
    return create(GraphProtoSchema, {
      name,
      node: this.nodes,
      initializer: this.initializers,
      input: [...inputs.map((input) => valueInfo(input.name, input)), ...this.defaults],
      output: [...this.graph.outputs].map(([output, value]) => valueInfo(output, value)),
    });
  }

  private writeNode(node: Node, read: ReadonlySet<Value>): void {
    const dot = node.op.lastIndexOf(".");
    const inputs = node.inputs.map((input) => input === null ? "" : this.nameOf(input));
    const { hasOptionalOutputs } = definitionOf(node.op);
    const used = hasOptionalOutputs
      ? node.outputs.findLastIndex((output) => read.has(output))
      : node.outputs.length - 1;
    const outputs = node.outputs.slice(0, used + 1).map((output, at) => {
      if (hasOptionalOutputs && at > 0 && !read.has(output)) return "";
      const name = this.unique(output.name);
      this.names.set(output, name);
      return name;
    });
    this.nodes.push(create(NodeProtoSchema, {
      opType: node.op.slice(dot + 1),
      domain: node.op.slice(0, Math.max(0, dot)),
      name: this.unique(node.name || `${node.op}_node`),
      input: inputs,
      output: outputs,
      attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
    }));
  }

  private nameOf(value: Value): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = value.integers !== undefined && value.constant === undefined
      ? this.shapes.integers(value)
      : this.constant(value);
    this.names.set(value, name);
    return name;
  }

  private constant(value: Value): string {
    const { constant, name: hint } = value;
    if (constant === undefined) throw new CompileError(`${this.graph.source}: nothing produces '${hint}'`);
    if (constant.region !== undefined && constant.region.length >= INLINE_BYTES) {
      const key = `${constant.region.path}@${constant.region.offset}:${constant.dims}`;
      const name = this.inFiles.get(key) ?? this.initialize(hint, this.external(constant, constant.region));
      this.inFiles.set(key, name);
      if (constant.isSlicedAtRun && this.slicesAtRun && !this.defaults.some((one) => one.name === name)) {
        this.defaults.push(valueInfo(name, value));
      }
      return name;
    }
    const { bytes } = constant;
    if (bytes === undefined) {
      throw new CompileError(`${this.graph.source}: the bytes of '${hint}' cannot be read`);
    }
    // Scalars are shared; anything larger may be a weight, and two weights stay two even if they hold the same numbers.
    const isNumber = constant.dims.every((extent) => extent === 1);
    const start = bytes.subarray(0, INLINE_BYTES).join();
    const key = `${constant.type}[${constant.dims}] ${isNumber ? "" : hint} ${start}`;
    const alike = this.tensors.get(key) ?? [];
    const before = alike.find((one) => sameBytes(one.bytes, bytes));
    if (before !== undefined) return before.name;
    const name = this.initialize(hint, inlineTensor(constant, bytes));
    this.tensors.set(key, [...alike, { bytes, name }]);
    return name;
  }

  /** A weight, which stays in its file. */
  private external(constant: Constant, region: FileRegion): TensorProto {
    const location = weightLocation(this.graph.source, region.path);
    this.weights.set(location, region.path);
    return externalTensor(constant, region, location);
  }

  initialize(hint: string, tensor: TensorProto): string {
    tensor.name = this.unique(hint);
    this.initializers.push(tensor);
    return tensor.name;
  }

  add(node: NodeProto): void {
    this.nodes.push(node);
  }

  nameOfInput(input: Value): string | undefined {
    return this.names.get(input);
  }

  unique(hint: string): string {
    return uniqueName(hint, "_", this.usedNames);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The symbols that the values' integers need. */
function symbolsIn(values: ReadonlySet<Value>): Set<string> {
  const found = new Set<string>();
  for (const { integers } of values) {
    for (const item of integers ?? []) {
      for (const [key] of termsOf(item)) for (const name of symbolsOf(key)) found.add(name);
    }
  }
  return found;
}

/** Whether an input that no node reads is the first to define a dimension that some shape needs. */
function definesOnly(input: Value, symbols: ReadonlySet<string>, graph: Graph): boolean {
  return input.shape.some((dimension) =>
    symbols.has(String(dimension)) &&
    graph.inputs.find((other) => other.shape.some((one) => String(one) === String(dimension))) === input
  );
}
