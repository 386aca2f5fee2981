import { ownEntry } from "../graph/own_entry.ts";
import type { Builder } from "../ops/builder.ts";
import { product, sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Attribute, Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import type { Application } from "../lowerings/lowering.ts";
import { loweringOf } from "../lowerings/mod.ts";
import { cutsOf } from "../ops/cutting.ts";
import { codeOf } from "../graph/element_types.ts";
import { axisOf, integerAttribute, required } from "../ops/op_definition.ts";

// The tables below are the changes of ONNX's operator sets, by the names that operators have in files, some of which have no
// row. They are no traits: a row describes its operator in the form that all nodes have after the import.

/** Attributes that later versions of an operator take as an input, and the input's place. */
const ATTRIBUTES_TURNED_INPUTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Squeeze: { axes: 1 },
  Unsqueeze: { axes: 1 },
  ReduceSum: { axes: 1 },
  ReduceMean: { axes: 1 },
  ReduceMax: { axes: 1 },
  ReduceMin: { axes: 1 },
  ReduceProd: { axes: 1 },
  ReduceL2: { axes: 1 },
  ReduceSumSquare: { axes: 1 },
  Split: { split: 1 },
  Slice: { starts: 1, ends: 2, axes: 3 },
  Pad: { pads: 1 },
};

/** The same of attributes that are single floats. */
const FLOATS_TURNED_INPUTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Clip: { min: 1, max: 2 },
  Pad: { value: 2 },
};

/** Attributes introduced after the emitted version of ONNX whose value is the default behaviour. */
const LATER_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  Cast: ["saturate", "round_mode"],
  QuantizeLinear: ["saturate", "output_dtype", "precision"],
  DequantizeLinear: ["output_dtype"],
};

/** Operators that take any number of inputs, and the binary operator that stands for them. */
const VARIADIC: Readonly<Record<string, "Add" | "Min" | "Max">> = { Sum: "Add", Min: "Min", Max: "Max" };

/** Operators that have another name now. */
const RENAMED: Readonly<Record<string, OperatorName>> = { Scatter: "ScatterElements" };

/** Before opset 13 Softmax and LogSoftmax flattened all axes from the given one on (from 1 by default). */
const ONCE_FLATTENING = new Set(["Softmax", "LogSoftmax"]);

/**
 * An operator as the emitted version of ONNX has it: axes and bounds as inputs, extents given, two inputs at a time.
 *
 * @param outputs how many outputs the node has
 * @throws {CompileError} on what cannot be expressed in it
 */
export function upgradeOpset(
  b: Builder,
  { op, inputs, attributes }: Application,
  opset: number,
  outputs: number,
): Application {
  const lifted = [...inputs];
  const kept: Record<string, Attribute> = { ...attributes };
  for (const [attribute, place] of Object.entries(ownEntry(ATTRIBUTES_TURNED_INPUTS, op) ?? {})) {
    const value = kept[attribute];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "number")) continue;
    while (lifted.length <= place) lifted.push(null);
    lifted[place] = b.integers(value);
    delete kept[attribute];
  }
  for (const attribute of ownEntry(LATER_ATTRIBUTES, op) ?? []) delete kept[attribute];
  if (kept.block_size === 0) delete kept.block_size;
  if (op === "QuantizeLinear" && kept.block_size !== undefined) {
    throw new CompileError("activations quantized in blocks are not supported");
  }
  for (
    const [attribute, place] of Object.entries(opset < 11 ? ownEntry(FLOATS_TURNED_INPUTS, op) ?? {} : {})
  ) {
    const value = kept[attribute];
    while (lifted.length <= place) lifted.push(null);
    if (typeof value === "object" && "float" in value) lifted[place] = b.scalar(value.float);
    delete kept[attribute];
  }
  if (ONCE_FLATTENING.has(op) && opset < 13) return flattening(b, op, required({ inputs }, 0), kept.axis);
  if (op === "Squeeze" && !lifted[1]) {
    // Without axes a batch of one text, or a text of one token, would lose its axis when the graph is run.
    lifted[1] = b.integers(
      required({ inputs }, 0).shape.flatMap((extent, axis) => extent === 1 ? [axis] : []),
    );
  }
  if (op === "Split" && !lifted[1]) {
    // Equal parts, of which opset 18 wants the number: given as extents, which every version takes.
    const { shape } = required({ inputs }, 0);
    const axis = typeof kept.axis === "number" ? kept.axis : 0;
    const size = shape.at(axis);
    if (typeof size !== "number") throw new CompileError(`the dimension ${size} is split`);
    const each = Math.ceil(size / outputs);
    lifted[1] = b.integers(
      Array.from({ length: outputs }, (_, i) => Math.max(0, Math.min(each, size - i * each))),
    );
    delete kept.num_outputs;
  }
  const binary = ownEntry(VARIADIC, op);
  if (binary !== undefined && lifted.length !== 2) {
    const [first, ...rest] = lifted.map((_, at) => required({ inputs: lifted }, at));
    const last = rest.pop() ?? first!;
    const sum = rest.reduce((a, next) => b.op(binary, [a, next]), first!);
    return {
      op: sum === last ? "Identity" : binary,
      inputs: sum === last ? [sum] : [sum, last],
      attributes: {},
    };
  }
  if (op === "CastLike") {
    return {
      op: "Cast",
      inputs: [required({ inputs }, 0)],
      attributes: { to: codeOf(required({ inputs }, 1).type) },
    };
  }
  if (op === "Sum") return { op: "Add", inputs: lifted, attributes: {} };
  if (op === "Concat") {
    // Empty parts are left out: an empty past is joined to the present.
    const axis = integerAttribute({ attributes: kept }, "axis", 0);
    const parts = lifted.filter((_, at) => required({ inputs }, at).shape.at(axis) !== 0);
    if (parts.length === 1) return { op: "Identity", inputs: parts, attributes: {} };
    if (parts.length > 0) return { op, inputs: parts, attributes: kept };
  }
  if (op === "Slice" && cutsNothing({ inputs: lifted, attributes: kept })) {
    return { op: "Identity", inputs: [required({ inputs }, 0)], attributes: {} };
  }
  return { op: ownEntry(RENAMED, op) ?? op, inputs: lifted, attributes: kept };
}

/** Softmax as it was: over all axes from one on, flattened. */
function flattening(b: Builder, op: string, x: Value, given: Attribute | undefined): Application {
  const { shape } = x;
  const axis = axisOf(typeof given === "number" ? given : 1, shape.length);
  if (axis === shape.length - 1) return { op, inputs: [x], attributes: { axis: -1 } };
  const flat = b.reshape(x, [product(shape.slice(0, axis)), product(shape.slice(axis))]);
  const last: Application = { op, inputs: [flat], attributes: { axis: -1 } };
  const [y] = loweringOf(last)?.(b, last) ?? b.checkedNode(op, last.inputs, last.attributes);
  return { op: "Reshape", inputs: [y!, b.integers(shape)], attributes: {} };
}

/** Whether a Slice keeps every axis whole: the last n of n tokens. */
function cutsNothing(node: Omit<Application, "op">): boolean {
  const { shape } = required(node, 0);
  const isKnown = node.inputs[1]?.integers && node.inputs[2]?.integers;
  return isKnown !== undefined &&
    cutsOf(node).every(({ axis, start, end, step }) =>
      step === 1 && start === 0 && sameDimension(end, shape[axis]!)
    );
}
