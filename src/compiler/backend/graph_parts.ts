import { bytesOf, type Field, field, fieldsOf, joined, textOf, wholeNumbers } from "./wire.ts";

/** Where a tensor lies in a file, in bytes. */
export interface TensorPlace {
  /** The name of the file in the graph. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor that a graph holds. */
export interface TensorPart {
  readonly name: string;
  /** The number of its element type in ONNX. */
  readonly type: number;
  readonly dims: readonly number[];
  /** Absent where its elements are in the graph. */
  readonly place: TensorPlace | undefined;
  /** The message. */
  readonly bytes: Uint8Array;
}

/** A node of a graph. */
export interface NodePart {
  /** The names of values; "" for an omitted one. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The fields that say what it computes of its inputs. */
  readonly computation: Uint8Array;
  /** Whether it runs graphs of its own. */
  readonly hasGraphs: boolean;
  /** The message. */
  readonly bytes: Uint8Array;
}

/** An input or output of a graph. */
export interface NamedPart {
  readonly name: string;
  /** The message. */
  readonly bytes: Uint8Array;
}

/** An ONNX file's graph in parts that can be put together in another way. */
export interface GraphParts {
  readonly nodes: readonly NodePart[];
  readonly tensors: readonly TensorPart[];
  readonly inputs: readonly NamedPart[];
  readonly outputs: readonly NamedPart[];
  /** The other fields of the graph, and of the file, as they are. */
  readonly ofGraph: Uint8Array;
  readonly ofModel: Uint8Array;
  /** Whether the file has functions of its own, whose nodes are not among these. */
  readonly hasFunctions: boolean;
}

/** The numbers of fields in onnx.proto, by their messages. */
const MODEL = { graph: 7, functions: 25 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const GRAPH_NAME = 2;
const NODE = { input: 1, output: 2, name: 3, attribute: 5, docString: 6 } as const;
const ATTRIBUTE = { graph: 6, graphs: 11 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, externalData: 13, dataLocation: 14 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
const SHAPE = { dimension: 1 } as const;
const DIMENSION = { value: 1 } as const;

/** `DataLocation.EXTERNAL` of onnx.proto. */
const EXTERNAL = 1;

/**
 * Takes an ONNX file apart; the parts are views into it.
 *
 * @throws {RangeError} where the bytes are not an ONNX file with a graph
 */
export function readParts(bytes: Uint8Array): GraphParts {
  const model = fieldsOf(bytes);
  const graph = model.find(({ number }) => number === MODEL.graph);
  if (graph === undefined) throw new RangeError("the file has no graph");
  const fields = fieldsOf(bytesOf(graph));
  const messages = (number: number) => fields.filter((one) => one.number === number).map(bytesOf);
  const kept: readonly number[] = Object.values(GRAPH);
  return {
    nodes: messages(GRAPH.node).map(readNode),
    tensors: messages(GRAPH.initializer).map(readTensor),
    inputs: messages(GRAPH.input).map(readNamed),
    outputs: messages(GRAPH.output).map(readNamed),
    ofGraph: joined(fields.filter(({ number }) => !kept.includes(number)).map((one) => one.bytes)),
    ofModel: joined(model.filter(({ number }) => number !== MODEL.graph).map((one) => one.bytes)),
    hasFunctions: model.some(({ number }) => number === MODEL.functions),
  };
}

/** Puts an ONNX file together. */
export function writeParts(
  { nodes, tensors, inputs, outputs, ofGraph, ofModel }: Omit<GraphParts, "hasFunctions">,
): Uint8Array<ArrayBuffer> {
  const messages = (number: number, parts: readonly { readonly bytes: Uint8Array }[]) =>
    joined(parts.map(({ bytes }) => field(number, bytes)));
  const graph = joined([
    ofGraph,
    messages(GRAPH.node, nodes),
    messages(GRAPH.initializer, tensors),
    messages(GRAPH.input, inputs),
    messages(GRAPH.output, outputs),
  ]);
  return joined([ofModel, field(MODEL.graph, graph)]);
}

/** The fields of a graph that has a name, and nothing but its parts. */
export function graphNamed(name: string): Uint8Array {
  return field(GRAPH_NAME, name);
}

/** The same node on other values, without its name. */
export function nodeOn(
  { computation, hasGraphs }: NodePart,
  inputs: readonly string[],
  outputs: readonly string[],
): NodePart {
  const bytes = joined([
    ...inputs.map((name) => field(NODE.input, name)),
    ...outputs.map((name) => field(NODE.output, name)),
    computation,
  ]);
  return { inputs, outputs, computation, hasGraphs, bytes };
}

/** The same tensor with another name, and at another place where it lies in a file. */
export function tensorAt(tensor: TensorPart, name: string, place = tensor.place): TensorPart {
  const changed: readonly number[] = [
    TENSOR.name,
    ...(place === undefined ? [] : [TENSOR.externalData, TENSOR.dataLocation]),
  ];
  const entries = Object.entries(place ?? {}).map(([key, value]) =>
    field(TENSOR.externalData, joined([field(ENTRY.key, key), field(ENTRY.value, String(value))]))
  );
  const bytes = joined([
    ...fieldsOf(tensor.bytes).filter(({ number }) => !changed.includes(number)).map((one) => one.bytes),
    field(TENSOR.name, name),
    ...entries,
    ...(place === undefined ? [] : [field(TENSOR.dataLocation, EXTERNAL)]),
  ]);
  return { ...tensor, name, place, bytes };
}

/** An input whose shape is known. @param type the number of its element type in ONNX */
export function inputPart(name: string, type: number, dims: readonly number[]): NamedPart {
  const shape = joined(dims.map((extent) => field(SHAPE.dimension, field(DIMENSION.value, extent))));
  const tensor = joined([field(TENSOR_TYPE.elementType, type), field(TENSOR_TYPE.shape, shape)]);
  return {
    name,
    bytes: joined([field(VALUE.name, name), field(VALUE.type, field(TYPE.tensor, tensor))]),
  };
}

/** An output whose type and shape ONNX Runtime infers. */
export function outputPart(name: string): NamedPart {
  return { name, bytes: field(VALUE.name, name) };
}

function readNode(bytes: Uint8Array): NodePart {
  const fields = fieldsOf(bytes);
  const names = (number: number) => fields.filter((one) => one.number === number).map(textOf);
  const others: readonly number[] = [NODE.input, NODE.output, NODE.name, NODE.docString];
  return {
    inputs: names(NODE.input),
    outputs: names(NODE.output),
    computation: joined(fields.filter(({ number }) => !others.includes(number)).map((one) => one.bytes)),
    hasGraphs: fields.some((one) => one.number === NODE.attribute && holdsGraph(bytesOf(one))),
    bytes,
  };
}

function holdsGraph(attribute: Uint8Array): boolean {
  return fieldsOf(attribute).some(({ number }) => number === ATTRIBUTE.graph || number === ATTRIBUTE.graphs);
}

function readTensor(bytes: Uint8Array): TensorPart {
  const fields = fieldsOf(bytes);
  const last = (number: number): Field | undefined => fields.findLast((one) => one.number === number);
  const name = last(TENSOR.name);
  const type = last(TENSOR.dataType)?.value;
  return {
    name: name === undefined ? "" : textOf(name),
    type: typeof type === "number" ? type : 0,
    dims: fields.filter(({ number }) => number === TENSOR.dims).flatMap(wholeNumbers),
    place: last(TENSOR.dataLocation)?.value === EXTERNAL ? readPlace(fields) : undefined,
    bytes,
  };
}

/** https://onnx.ai/onnx/repo-docs/ExternalData.html @throws {RangeError} where it does not say how long the tensor is */
function readPlace(fields: readonly Field[]): TensorPlace {
  const entries = new Map(
    fields.filter(({ number }) => number === TENSOR.externalData).map((one) => readEntry(bytesOf(one))),
  );
  const [offset, length] = [Number(entries.get("offset") ?? 0), Number(entries.get("length"))];
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) {
    throw new RangeError(`a tensor in ${entries.get("location")} has no whole numbers as offset and length`);
  }
  return { location: entries.get("location") ?? "", offset, length };
}

function readEntry(bytes: Uint8Array): readonly [key: string, value: string] {
  const fields = fieldsOf(bytes);
  const text = (number: number) => {
    const found = fields.find((one) => one.number === number);
    return found === undefined ? "" : textOf(found);
  };
  return [text(ENTRY.key), text(ENTRY.value)];
}

function readNamed(bytes: Uint8Array): NamedPart {
  const name = fieldsOf(bytes).find(({ number }) => number === VALUE.name);
  return { name: name === undefined ? "" : textOf(name), bytes };
}
