/** A tensor whose elements can be read, row by row; a bool is 0 or 1. */
export interface NumberArray {
  readonly dims: readonly number[];
  readonly items: Float64Array;
  /** Reads one element, without reading the rest of a large constant. */
  at(i: number): number;
}

/** A tensor of these elements. */
export function numberArray(dims: readonly number[], items: Float64Array): NumberArray {
  return { dims, items, at: (i) => items[i]! };
}

/** A tensor whose elements are computed when they are read, all at once where all are. */
export function computedArray(dims: readonly number[], at: (i: number) => number): NumberArray {
  let items: Float64Array | undefined;
  return {
    dims,
    at,
    get items() {
      return items ??= Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => at(i));
    },
  };
}

/** The stride of each axis. */
export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** The strides of an input that is broadcast to a shape: 0 along axes that it is repeated along. */
export function broadcastStrides(own: readonly number[], dims: readonly number[]): number[] {
  const strides = stridesOf(own);
  const extra = dims.length - own.length;
  return dims.map((_, axis) => axis < extra || own[axis - extra] === 1 ? 0 : strides[axis - extra]!);
}

/** The offset of an element, by its index along each axis. */
export function offset(place: readonly number[], strides: readonly number[]): number {
  let at = 0;
  for (let axis = 0; axis < place.length; axis++) at += place[axis]! * strides[axis]!;
  return at;
}

/** The elements of a tensor read in steps along each axis of another shape. */
export function picked(
  x: NumberArray,
  dims: readonly number[],
  steps: readonly number[],
  first = 0,
): Float64Array {
  return made(dims, (place) => x.at(first + offset(place, steps)));
}

/** A tensor of this shape, element by element. */
export function made(dims: readonly number[], item: (place: number[]) => number): Float64Array {
  const items = new Float64Array(dims.reduce((a, b) => a * b, 1));
  const place = dims.map(() => 0);
  for (let i = 0; i < items.length; i++) {
    items[i] = item(place);
    for (let axis = dims.length - 1; axis >= 0 && ++place[axis]! === dims[axis]; axis--) place[axis] = 0;
  }
  return items;
}
