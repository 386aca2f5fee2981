import { type AttributeProto, AttributeProto_AttributeType as Kind, type NodeProto } from "onnx-buf";
import { Builder } from "./builder.ts";
import { int64 } from "./constants.ts";
import { type Dimension, symbol } from "./dimension.ts";
import { CompileError } from "./errors.ts";
import type { Attribute, Attributes, Graph, Value } from "./graph.ts";
import { constantOf, type OnnxFile } from "./onnx_file.ts";

/** The axes of every token-wise input of a training step. */
const TOKENS: readonly Dimension[] = [symbol("batch"), symbol("sequence")];

/** Inputs that the compiled graphs keep. */
const KEPT_INPUTS = ["input_ids", "attention_mask", "position_ids"];

/** Attributes that later versions of an operator take as an input, and the input's place. */
const ATTRIBUTES_TURNED_INPUTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Squeeze: { axes: 1 },
  Unsqueeze: { axes: 1 },
  ReduceSum: { axes: 1 },
  ReduceMean: { axes: 1 },
  ReduceMax: { axes: 1 },
  Split: { split: 1 },
  Slice: { starts: 1, ends: 2, axes: 3 },
};

/**
 * Turns an inference graph into the compiler's own form: every value with its type and shape, operators in their present
 * form (axes as inputs, constants as values), token types zero, and only what the logits need.
 *
 * @returns a graph with the inputs `input_ids`, `attention_mask`, `position_ids` that the model has, int64
 * [batch, sequence], and the output `logits` [batch, sequence, vocabulary]
 * @throws {CompileError} on an input the compiler cannot feed, a missing one, or an operator without a row
 */
export function importModel(file: OnnxFile): Graph {
  const proto = file.model.graph!;
  const b = new Builder(file.path);
  const values = new Map<string, Value>();
  const opset = Number(
    file.model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0,
  );
  const output = proto.output.find(({ name }) => name === "logits")?.name ?? proto.output[0]!.name;
  for (const tensor of proto.initializer) {
    values.set(tensor.name, b.constant(tensor.name, constantOf(tensor, file)));
  }
  for (const { name } of proto.input) if (!values.has(name)) values.set(name, importInput(b, name));
  if (!b.inputs.some(({ name }) => name === "input_ids")) {
    const found = proto.input.map(({ name }) => `'${name}'`).join(", ") || "none";
    throw new CompileError(
      `${file.path} has no input 'input_ids' (its inputs: ${found}): it is not a language model`,
    );
  }
  for (const node of neededFor(output, proto.node)) importNode(b, node, values, opset, file);
  const logits = values.get(output);
  if (logits?.shape.length !== 3) {
    throw new CompileError(
      `${file.path} gives '${logits?.name}' [${
        logits?.shape.join(", ")
      }], not logits [batch, sequence, vocabulary]: export it with its language-model head`,
    );
  }
  return b.graph(new Map([["logits", logits]]));
}

/** The nodes that an output needs, in the file's order. */
function neededFor(output: string, nodes: readonly NodeProto[]): NodeProto[] {
  const wanted = new Set([output]);
  const needed = nodes.toReversed().filter((node) => {
    const used = node.output.some((name) => wanted.has(name));
    for (const name of used ? node.input : []) wanted.add(name);
    return used;
  });
  return needed.toReversed();
}

function importInput(b: Builder, name: string): Value {
  if (KEPT_INPUTS.includes(name)) return b.input(name, "int64", TOKENS);
  if (name === "token_type_ids") return b.filled(TOKENS, int64([0], [1]));
  throw new CompileError(
    `input '${name}' of ${b.source} is not one the compiler can feed (it knows ${
      KEPT_INPUTS.join(", ")
    }, token_type_ids)`,
  );
}

function importNode(
  b: Builder,
  node: NodeProto,
  values: Map<string, Value>,
  opset: number,
  file: OnnxFile,
): void {
  const attributes = Object.fromEntries(
    node.attribute.map((attribute) => [attribute.name, importAttribute(attribute, file)]),
  );
  const inputs = node.input.map((name) => {
    const value = values.get(name);
    if (value === undefined && name !== "") {
      throw new CompileError(`node '${node.name}' in ${file.path} reads '${name}', which nothing makes`);
    }
    return value ?? null;
  });
  if (node.opType === "Constant") {
    values.set(node.output[0]!, b.constant(node.output[0]!, constantAttribute(attributes, node, file)));
  } else if (node.opType === "Identity" || node.opType === "Dropout") {
    values.set(node.output[0]!, inputs[0]!);
  } else {
    const op = node.domain === "" || node.domain === "ai.onnx"
      ? node.opType
      : `${node.domain}.${node.opType}`;
    const modern = modernize(b, op, inputs, attributes, opset, node);
    const outputs = b.node(modern.op, modern.inputs, modern.attributes, node.name, node.output);
    for (const [i, name] of node.output.entries()) if (outputs[i]) values.set(name, outputs[i]);
  }
}

/** An operator as the current version of ONNX has it. */
function modernize(
  b: Builder,
  op: string,
  inputs: readonly (Value | null)[],
  attributes: Attributes,
  opset: number,
  { name, output }: NodeProto,
): { op: string; inputs: readonly (Value | null)[]; attributes: Attributes } {
  const moved = [...inputs], kept: Record<string, Attribute> = { ...attributes };
  for (const [attribute, place] of Object.entries(ATTRIBUTES_TURNED_INPUTS[op] ?? {})) {
    const value = kept[attribute];
    if (!Array.isArray(value)) continue;
    while (moved.length <= place) moved.push(null);
    moved[place] = b.integers(value as number[]);
    delete kept[attribute];
  }
  if (op === "Softmax" && opset < 13) {
    // Before opset 13 it flattened everything from the axis on (1 by default): the same thing only for the last axis.
    const rank = inputs[0]!.shape.length, axis = typeof kept.axis === "number" ? kept.axis : 1;
    if (axis !== -1 && axis !== rank - 1) {
      throw new CompileError(
        `node '${name}' in ${b.source}: Softmax of opset ${opset} over axis ${axis} of ${rank}`,
      );
    }
    kept.axis = -1;
  }
  if (op === "Split" && !moved[1]) {
    // Equal parts, which opset 18 wants counted: said as extents, which every version takes.
    const { shape } = inputs[0]!, axis = typeof kept.axis === "number" ? kept.axis : 0, size = shape.at(axis);
    if (typeof size !== "number") {
      throw new CompileError(`node '${name}' in ${b.source} splits the dimension ${size}`);
    }
    moved[1] = b.integers(output.map(() => size / output.length));
    delete kept.num_outputs;
  }
  const exact = op === "Gelu" && (kept.approximate ?? "none") === "none";
  return exact
    ? { op: "com.microsoft.Gelu", inputs: moved, attributes: {} }
    : { op, inputs: moved, attributes: kept };
}

function importAttribute(attribute: AttributeProto, file: OnnxFile): Attribute {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  switch (attribute.type) {
    case Kind.FLOAT:
      return { float: attribute.f };
    case Kind.INT:
      return Number(attribute.i);
    case Kind.STRING:
      return text(attribute.s);
    case Kind.TENSOR:
      return { tensor: constantOf(attribute.t!, file) };
    case Kind.FLOATS:
      return { floats: attribute.floats };
    case Kind.INTS:
      return attribute.ints.map(Number);
    case Kind.STRINGS:
      return attribute.strings.map(text);
    default:
      throw new CompileError(
        `attribute '${attribute.name}' in ${file.path} holds a graph: control flow is not supported`,
      );
  }
}

function constantAttribute(attributes: Attributes, node: NodeProto, file: OnnxFile) {
  const { value, value_int, value_ints, value_float } = attributes;
  if (typeof value === "object" && "tensor" in value) return value.tensor;
  if (typeof value_int === "number") return int64([value_int], []);
  if (Array.isArray(value_ints)) return int64(value_ints as number[], [value_ints.length]);
  if (typeof value_float === "object" && "float" in value_float) {
    return {
      type: "float32" as const,
      dims: [],
      bytes: new Uint8Array(Float32Array.of(value_float.float).buffer),
    };
  }
  throw new CompileError(`constant '${node.output[0]}' in ${file.path} is of a kind that is not supported`);
}
