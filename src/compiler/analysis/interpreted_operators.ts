import { numbers } from "../graph/constants.ts";
import { evaluate } from "../graph/dimension.ts";
import type { Node } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { broadcastStrides, made, type NumberArray, offset, picked, stridesOf } from "./number_array.ts";
import { cutsOf } from "../ops/cutting.ts";
import { type ElementType, isFloat } from "../graph/element_types.ts";
import { definitionOf } from "../ops/mod.ts";
import { permutation } from "../ops/movement.ts";
import { reducedAxes } from "../ops/reduction.ts";
import { axisOf, integerAttribute, type OpDefinition } from "../ops/op_definition.ts";

/** A node with the elements of its inputs. */
export interface Interpreted {
  readonly node: Node;
  readonly inputs: readonly (NumberArray | null)[];
  /** The index of the wanted output. */
  readonly output: number;
  /** The wanted output's shape. */
  readonly dims: readonly number[];
  readonly symbols: Readonly<Record<string, number>>;
}

type Operator = (interpreted: Interpreted) => Float64Array | undefined;

/** The elements of an output of a node; `undefined` where the operator is unknown, or an index is out of bounds. */
export function interpretOperator(interpreted: Interpreted): Float64Array | undefined {
  const { op, outputs } = interpreted.node;
  const { compute, accumulate, movement } = definitionOf(op);
  if (compute) return elementwise(interpreted, compute, storedAs(outputs[0]!.type));
  if (accumulate) return reduced(interpreted, accumulate);
  return movement === "view" ? interpreted.inputs[0]!.items : INTERPRETATIONS[op]?.(interpreted);
}

/** A number rounded to an element type. */
function storedAs(type: ElementType): (item: number) => number {
  return isFloat(type) ? (item) => item : type === "bool" ? (item) => Number(item !== 0) : Math.trunc;
}

/**
 * How the operators that indices and masks are computed with move elements. Rows describe elementwise operators, reductions
 * and views in full; these operators take elements from other places, each in its own way, and work on arrays that only the
 * interpreter has.
 */
export const INTERPRETATIONS: Readonly<Partial<Record<OperatorName, Operator>>> = {
  Expand: ({ inputs: [x], dims }) => picked(x!, dims, broadcastStrides(x!.dims, dims)),
  Transpose: ({ node, inputs: [x], dims }) => {
    const perm = permutation(node);
    const strides = stridesOf(x!.dims);
    return picked(x!, dims, perm.map((axis) => strides[axis]!));
  },
  Tile: ({ inputs: [x], dims }) => {
    const strides = stridesOf(x!.dims);
    return made(dims, (place) => x!.items[offset(place.map((at, axis) => at % x!.dims[axis]!), strides)]!);
  },
  Concat: ({ node, inputs, dims }) => {
    const axis = axisOf(integerAttribute(node, "axis", 0), dims.length);
    const starts = [0];
    for (const part of inputs) starts.push(starts.at(-1)! + part!.dims[axis]!);
    return made(dims, (place) => {
      const which = starts.findLastIndex((start) => start <= place[axis]!);
      const part = inputs[which]!;
      const own = place.map((at, i) => i === axis ? at - starts[which]! : at);
      return part.items[offset(own, stridesOf(part.dims))]!;
    });
  },
  Split: ({ node, inputs: [x], output, dims, symbols }) => {
    const axis = axisOf(integerAttribute(node, "axis", 0), dims.length);
    const start = node.outputs.slice(0, output)
      .reduce((sum, { shape }) => sum + evaluate(shape[axis]!, symbols), 0);
    const strides = stridesOf(x!.dims);
    return picked(x!, dims, strides, start * strides[axis]!);
  },
  Slice: ({ node, inputs: [x], dims, symbols }) => {
    const strides = stridesOf(x!.dims);
    const steps = [...strides];
    let first = 0;
    for (const { axis, start, end, step } of cutsOf(node)) {
      const [from, to] = [evaluate(start, symbols), evaluate(end, symbols)];
      const size = x!.dims[axis]!;
      if (step > 0 && (from < 0 || to > size)) return undefined;
      first += from * strides[axis]!;
      steps[axis] = step * strides[axis]!;
    }
    return picked(x!, dims, steps, first);
  },
  Trilu: ({ node, inputs: [x, k], dims }) => {
    const upper = integerAttribute(node, "upper", 1) === 1;
    const diagonal = k?.items[0] ?? 0;
    const strides = stridesOf(dims);
    return made(dims, (place) => {
      const above = place.at(-1)! - place.at(-2)! - diagonal;
      return (upper ? above >= 0 : above <= 0) ? x!.items[offset(place, strides)]! : 0;
    });
  },
  Gather: ({ node, inputs: [x, indices], dims }) => {
    const axis = axisOf(integerAttribute(node, "axis", 0), x!.dims.length);
    const size = x!.dims[axis]!;
    const rank = indices!.dims.length;
    const strides = stridesOf(x!.dims);
    const own = stridesOf(indices!.dims);
    if (!withinAxis(indices!, size)) return undefined;
    return made(dims, (place) => {
      const at = indices!.items[offset(place.slice(axis, axis + rank), own)]!;
      const source = [...place.slice(0, axis), at < 0 ? at + size : at, ...place.slice(axis + rank)];
      return x!.at(offset(source, strides));
    });
  },
  GatherElements: ({ node, inputs: [x, indices], dims }) => {
    const axis = axisOf(integerAttribute(node, "axis", 0), x!.dims.length);
    const size = x!.dims[axis]!;
    const strides = stridesOf(x!.dims);
    const own = stridesOf(dims);
    if (!withinAxis(indices!, size)) return undefined;
    return made(dims, (place) => {
      const at = indices!.items[offset(place, own)]!;
      return x!.items[offset(place.with(axis, at < 0 ? at + size : at), strides)]!;
    });
  },
  GatherND: ({ node, inputs: [x, indices], dims }) => {
    const batch = integerAttribute(node, "batch_dims", 0);
    const depth = indices!.dims.at(-1)!;
    const outer = indices!.dims.length - 1;
    const strides = stridesOf(x!.dims);
    const own = stridesOf(indices!.dims);
    return made(dims, (place) => {
      const from = offset([...place.slice(0, outer), 0], own);
      const named = Array.from(
        indices!.items.subarray(from, from + depth),
        (at, i) => at < 0 ? at + x!.dims[batch + i]! : at,
      );
      return x!.items[offset([...place.slice(0, batch), ...named, ...place.slice(outer)], strides)] ?? NaN;
    });
  },
  ScatterND: ({ inputs: [x, indices, updates] }) => {
    const depth = indices!.dims.at(-1)!;
    const strides = stridesOf(x!.dims);
    const items = x!.items.slice();
    const each = x!.dims.slice(depth).reduce((a, b) => a * b, 1);
    for (let i = 0; i * depth < indices!.items.length; i++) {
      const named = Array.from(
        indices!.items.subarray(i * depth, (i + 1) * depth),
        (at, axis) => at < 0 ? at + x!.dims[axis]! : at,
      );
      items.set(updates!.items.subarray(i * each, (i + 1) * each), offset(named, strides));
    }
    return items;
  },
  CumSum: ({ node, inputs: [x, along], dims }) => {
    const axis = axisOf(along!.items[0]!, dims.length);
    const stride = stridesOf(dims)[axis]!;
    const exclusive = integerAttribute(node, "exclusive", 0);
    const reverse = integerAttribute(node, "reverse", 0);
    const items = new Float64Array(x!.items.length);
    const step = reverse ? -stride : stride;
    for (let n = 0; n < items.length; n++) {
      const i = reverse ? items.length - 1 - n : n;
      const place = Math.floor(i / stride) % dims[axis]!;
      const isFirst = place === (reverse ? dims[axis]! - 1 : 0);
      items[i] = (isFirst ? 0 : items[i - step]!) +
        (exclusive ? isFirst ? 0 : x!.items[i - step]! : x!.items[i]!);
    }
    return items;
  },
  DequantizeLinear: ({ node, inputs: [x, scale, zero], dims }) => {
    if (scale!.dims.length > 1) return undefined;
    const axis = scale!.dims.length === 0 ? -1 : axisOf(integerAttribute(node, "axis", 1), dims.length);
    const strides = stridesOf(dims);
    return made(dims, (place) => {
      const own = scale!.items.length === 1 ? 0 : place[axis]!;
      return (x!.at(offset(place, strides)) - (zero?.items[own] ?? 0)) * scale!.items[own]!;
    });
  },
  Range: ({ inputs: [start, , step], dims }) =>
    Float64Array.from({ length: dims[0]! }, (_, i) => start!.items[0]! + i * step!.items[0]!),
  ConstantOfShape: ({ node, dims }) => {
    const { value } = node.attributes;
    const [item] = typeof value === "object" && "tensor" in value ? numbers(value.tensor) ?? [] : [0];
    return item === undefined ? undefined : made(dims, () => item);
  },
};

/** Applies a function to every element, with inputs broadcast against each other. */
function elementwise(
  { inputs, dims }: Interpreted,
  compute: NonNullable<OpDefinition["compute"]>,
  stored: (item: number) => number,
): Float64Array {
  const [a, b, c] = [0, 1, 2].map((i) => {
    const input = inputs[i];
    return input ? picked(input, dims, broadcastStrides(input.dims, dims)) : NOT_GIVEN;
  });
  const size = dims.reduce((x, y) => x * y, 1);
  return Float64Array.from({ length: size }, (_, i) => stored(compute(a![i]!, b![i]!, c![i]!)));
}

/** A missing input: its elements are `undefined`, so that a parameter's default applies. */
const NOT_GIVEN = new Float64Array();

function reduced(
  { node, inputs: [x], dims }: Interpreted,
  accumulate: NonNullable<OpDefinition["accumulate"]>,
): Float64Array | undefined {
  const axes = reducedAxes(node);
  const strides = stridesOf(x!.dims);
  const kept = x!.dims.map((size, axis) => axes.includes(axis) ? 1 : size);
  const over = x!.dims.map((size, axis) => axes.includes(axis) ? size : 1);
  const count = over.reduce((a, b) => a * b, 1);
  if (count === 0) return undefined;
  const items = made(kept, (place) => {
    const group = made(over, (at) => x!.items[offset(place.map((own, i) => own + at[i]!), strides)]!);
    const total = group.reduce((total, item) => accumulate(total, item));
    return node.op === "ReduceMean" ? total / count : total;
  });
  return items.length === dims.reduce((a, b) => a * b, 1) ? items : undefined;
}

function withinAxis({ items }: NumberArray, size: number): boolean {
  return items.every((at) => at >= -size && at < size);
}
