import { plainIntegersOf } from "../graph/constants.ts";
import { add, type Dimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";

/** An element of a tensor: its place along each axis. */
type Place = readonly Dimension[];

/**
 * Checks that ScatterND replaces no slice twice, as far as the indices are known: ONNX does not define which of the updates stays.
 *
 * @param indices [..., depth]: places along the first `depth` axes of the data
 * @throws {CompileError} where two of them are the same
 */
export function checkDistinctSlices(indices: Value, { shape }: Value): void {
  const items = plainIntegersOf(indices);
  const depth = indices.shape.at(-1);
  if (items === undefined || typeof depth !== "number" || depth === 0) return;
  checkDistinct(Array.from(
    { length: items.length / depth },
    (_, i) => items.slice(i * depth, (i + 1) * depth).map((at, axis) => countedFromStart(at, shape[axis]!)),
  ));
}

/**
 * The same for ScatterElements, whose updates are single elements: each lies where its index does, but along `axis`, where the
 * index says.
 *
 * @param indices of the rank of the data
 * @throws {CompileError} where two elements are the same
 */
export function checkDistinctElements(indices: Value, { shape }: Value, axis: number): void {
  const items = plainIntegersOf(indices);
  if (items === undefined) return;
  const extents = indices.shape.map(Number);
  checkDistinct(items.map((item, at) => {
    const place: Dimension[] = [];
    let rest = at;
    for (const extent of extents.toReversed()) {
      place.unshift(rest % extent);
      rest = Math.floor(rest / extent);
    }
    return place.with(axis, countedFromStart(item, shape[axis]!));
  }));
}

function countedFromStart(at: number, extent: Dimension): Dimension {
  return at < 0 ? add(at, extent) : at;
}

function checkDistinct(places: readonly Place[]): void {
  const seen = new Set<string>();
  for (const place of places) {
    const name = place.join(", ");
    if (seen.has(name)) {
      throw new CompileError(
        `the element [${name}] is replaced twice, in an order that is not fixed: give distinct indices, or add with reduction 'add'`,
      );
    }
    seen.add(name);
  }
}
