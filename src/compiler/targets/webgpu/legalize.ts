import type { Builder } from "../../ops/builder.ts";
import { numbers } from "../../graph/constants.ts";
import { product } from "../../graph/dimension.ts";
import { bytesPerElement, type ElementType } from "../../graph/element_types.ts";
import { floatQuantization } from "./float_quantization.ts";
import type { Constant, Graph, Node, PassLog, Value } from "../../graph/graph.ts";
import { hasLength } from "../../graph/tuple.ts";
import { definitionOf } from "../../ops/mod.ts";
import { floatAttribute, integerAttribute } from "../../ops/op_definition.ts";
import { copyNode, rewrite } from "../../ops/rewrite.ts";

/** The lowest finite float32. */
const LOWEST = -3.4028234663852886e38;

/** The largest binding of a storage buffer that every WebGPU adapter has, in bytes. */
const LEAST_BINDING = 128 * 2 ** 20;

/**
 * Expresses a graph in the operators that ONNX Runtime's WebGPU provider (1.30) has kernels for, so that nothing that was
 * computed on the GPU is copied to the CPU:
 *
 * - products with a transposed factor: `Gemm` where the factor is a weight, which is then read as it is stored and held once;
 *   else a transpose, and `MatMul`;
 * - a number that is added within a `Gemm` as a vector of one, as the provider ends the process where it has no axes;
 * - `OneHot` by comparing;
 * - products of quantized numbers in float32;
 * - `Or` by `And` and `Not`;
 * - booleans moved as numbers, and whole numbers that are cast after they are moved, cast before it;
 * - rows of a softmax that are NaN because all of them is masked, recognized by the softmax's input;
 * - rows looked up in a table larger than the binding that every adapter must support: in parts of the table, each small enough.
 *
 * @param most bytes of a table, or of a part of it
 */
export function legalizeForWebgpu(graph: Graph, log: PassLog = () => {}, most = LEAST_BINDING): Graph {
  /** The numbers that booleans were made of: casts there and back between two moves would be merged into a move of booleans. */
  const asNumbers = new Map<Value, Value>();
  return rewrite(floatQuantization(graph, log), (node, inputs, b) => {
    switch (node.op) {
      case "com.microsoft.FusedMatMul":
        log("without transposed factors", node.op);
        return [matrixProduct(b, node, inputs[0]!, inputs[1]!)];
      case "Gemm":
        return inputs[2]?.shape.length === 0
          ? copyNode(b, node, inputs.with(2, b.reshape(inputs[2], [1])))
          : undefined;
      case "OneHot":
        return oneHot(b, node, inputs[0]!, inputs[2]!);
      case "Gather":
        if (inputs[0]!.type !== "bool") return lookup(b, node, inputs[0]!, inputs[1]!, most, log);
        break;
      case "Cast":
        return castBeforeMove(b, inputs[0]!, node.outputs[0]!.type);
      case "Or":
        return [not(b, b.op("And", [not(b, inputs[0]!), not(b, inputs[1]!)]))];
      case "IsNaN":
        return inputs[0]!.producer?.op === "Softmax" ? [wholeRowsMasked(b, inputs[0]!)] : undefined;
    }
    if (definitionOf(node.op).webgpuLacks !== "boolean kernel" || inputs[0]?.type !== "bool") {
      return undefined;
    }
    const numbers = asNumbers.get(inputs[0]) ?? b.cast(inputs[0], "float32");
    const [output] = copyNode(b, node, [numbers, ...inputs.slice(1)]);
    const booleans = b.cast(output!, "bool");
    asNumbers.set(booleans, output!);
    return [booleans];
  });
}

/** Where a softmax divides 0 by 0: in rows whose largest element is minus infinity. WGSL does not guarantee a test for NaN. */
function wholeRowsMasked(b: Builder, softmax: Value): Value {
  const node = softmax.producer!;
  const x = node.inputs[0]!;
  const rank = x.shape.length;
  const axis = (integerAttribute(node, "axis", -1) + rank) % rank;
  const largest = b.op("ReduceMax", [x, b.integers([axis])], { keepdims: 1 });
  return not(b, b.op("Greater", [b.expand(largest, x.shape), b.scalar(LOWEST)]));
}

/** A cast of whole numbers before they are moved: there are kernels that move the results. Elements and their order are the same. */
function castBeforeMove(b: Builder, x: Value, to: ElementType): Value[] | undefined {
  if (x.type !== "int64" || isKnown(x) || moveOf(x) === undefined) return undefined;
  if (to === "bool") return [b.cast(movedAs(b, x, "float32"), to)];
  return to === "float32" || to === "int32" ? [movedAs(b, x, to)] : undefined;
}

/** The same elements in another type, cast before all moves. */
function movedAs(b: Builder, x: Value, type: ElementType): Value {
  const move = moveOf(x);
  if (move === undefined) return b.cast(x, type);
  return copyNode(b, move, [movedAs(b, move.inputs[0]!, type), ...move.inputs.slice(1)])[0]!;
}

/** The node that gives a value by moving elements for which it has no kernel. */
function moveOf({ producer, type }: Value): Node | undefined {
  if (producer === undefined || type !== "int64") return undefined;
  return definitionOf(producer.op).webgpuLacks === "boolean kernel" ? producer : undefined;
}

function isKnown({ integers, constant }: Value): boolean {
  return integers !== undefined || constant !== undefined;
}

function not(b: Builder, booleans: Value): Value {
  return b.op("Not", [booleans]);
}

/** alpha · left · right, either transposed over its last two axes first. */
function matrixProduct(b: Builder, node: Node, left: Value, other: Value): Value {
  const transA = integerAttribute(node, "transA", 0);
  const transB = integerAttribute(node, "transB", 0);
  const alpha = floatAttribute(node, "alpha", 1);
  const scaled = (x: Value) => alpha === 1 ? x : b.multiply(x, b.scalar(alpha));
  if (other.constant === undefined || other.shape.length !== 2 || transA === 1) {
    return scaled(
      b.op("MatMul", [transA === 1 ? swapped(b, left) : left, transB === 1 ? swapped(b, other) : other]),
    );
  }
  const inner = left.shape.at(-1)!;
  const columns = other.shape[transB === 1 ? 0 : 1]!;
  const rows = b.reshape(left, [product(left.shape.slice(0, -1)), inner]);
  return b.reshape(scaled(b.op("Gemm", [rows, other], { transB: transB === 1 ? 1 : 0 })), [
    ...left.shape.slice(0, -1),
    columns,
  ]);
}

function swapped(b: Builder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const rank = axes.length;
  return b.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

/** 1 where the index is the column's number, 0 elsewhere. */
function oneHot(b: Builder, node: Node, indices: Value, values: Value): Value[] | undefined {
  const depth = node.outputs[0]!.shape.at(-1)!;
  const [off, on] = values.constant ? numbers(values.constant) ?? [] : [];
  if (off !== 0 || on !== 1) return undefined;
  const asInt32 = (x: Value) => b.cast(x, "int32");
  const columns = asInt32(b.op("Range", [b.integer(0), b.integer(depth), b.integer(1)]));
  const hits = b.op("Equal", [asInt32(b.reshape(indices, [...indices.shape, 1])), columns]);
  return [b.cast(hits, "float32")];
}

/** Looks rows up part by part, and adds what each part gives: zeros where the row lies in another part. */
function lookup(
  b: Builder,
  node: Node,
  table: Value,
  indices: Value,
  most: number,
  log: PassLog,
): Value[] | undefined {
  const { constant } = table;
  if (constant === undefined || !hasLength(constant.dims, 2)) return undefined;
  const [rows, columns] = constant.dims;
  const rowBytes = columns * bytesPerElement(constant.type);
  if (rows * rowBytes <= most) return undefined;
  const each = Math.floor(most / rowBytes);
  const axis = integerAttribute(node, "axis", 0);
  const parts = Array.from({ length: Math.ceil(rows / each) }, (_, i) => {
    const from = i * each;
    const to = Math.min(rows, from + each);
    return { from, to, part: b.constant(`${table.name}_${i}`, rowsOf(constant, from, to)) };
  });
  log("looked up part by part", `tables (${rows}x${columns} in ${parts.length} parts)`);
  // Along the columns, every part holds some rows of each column.
  if (axis === 1 || axis === -1) {
    return [
      b.op("Concat", parts.map(({ part }) => b.op("Gather", [part, indices], { axis: 1 })), { axis: 0 }),
    ];
  }
  const found = parts.map(({ from, to, part }) => {
    const own = b.subtract(indices, b.integer(from));
    const place = b.op("Min", [b.op("Max", [own, b.integer(0)]), b.integer(to - from - 1)]);
    const within = b.cast(b.op("Equal", [own, place]), "float32");
    return b.multiply(b.op("Gather", [part, place], { axis: 0 }), b.reshape(within, [...indices.shape, 1]));
  });
  return [found.reduce((sum, part) => b.add(sum, part))];
}

/** Some rows of a table, still a view into its file. */
function rowsOf({ type, dims, bytes, region }: Constant, from: number, to: number): Constant {
  const rowBytes = dims[1]! * bytesPerElement(type);
  return {
    type,
    dims: [to - from, dims[1]!],
    ...(bytes && { bytes: bytes.subarray(from * rowBytes, to * rowBytes) }),
    ...(region && {
      region: { ...region, offset: region.offset + from * rowBytes, length: (to - from) * rowBytes },
    }),
  };
}
