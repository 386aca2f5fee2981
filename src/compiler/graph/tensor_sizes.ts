import { evaluate, multiply, parseDimension, product } from "./dimension.ts";
import { bytesPerElement } from "./element_types.ts";
import { type Graph, liveNodes, type Value } from "./graph.ts";

/** A tensor that a graph reads or makes. */
export interface TensorSize {
  /** Its name in the model's file, if it comes from there. */
  readonly name: string;
  /** Its bytes in terms of the symbols, as text: `4*batch*sequence`. */
  readonly bytes: string;
}

/** The sizes that tensors of a graph have, one tensor a size. */
export function tensorSizes(graph: Graph): readonly TensorSize[] {
  const sizes = new Map<string, TensorSize>();
  const note = ({ name, type, shape, integers }: Value) => {
    if (integers !== undefined) return;
    const bytes = String(multiply(Math.ceil(bytesPerElement(type)), product(shape)));
    if (!sizes.has(bytes)) sizes.set(bytes, { name, bytes });
  };
  for (const { inputs, outputs } of liveNodes(graph)) {
    for (const value of [...inputs, ...outputs]) if (value !== null) note(value);
  }
  return [...sizes.values()];
}

/** The largest tensor when the symbols, all of them, have these values. */
export function largestTensor(
  sizes: readonly TensorSize[],
  values: Readonly<Record<string, number>>,
): { readonly name: string; readonly bytes: number } | undefined {
  let largest: { name: string; bytes: number } | undefined;
  for (const { name, bytes: text } of sizes) {
    const bytes = evaluate(parseDimension(text), values);
    if (largest === undefined || bytes > largest.bytes) largest = { name, bytes };
  }
  return largest;
}
