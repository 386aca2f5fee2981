import { Builder } from "../ops/builder.ts";
import { numbers, scalarOf } from "../graph/constants.ts";
import type { Constant, Graph, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";

/** The largest float16: masks are filled with larger numbers, and infinity times 0 is not a number. */
const LARGEST = 65504;

/** The least float16 that has all of its digits. */
const LEAST = 2 ** -14;

/** The largest number of elements of a constant that is converted at compile time; larger ones are converted when the graph is opened. */
const MOST_AT_ONCE = 1024;

/** The factor of the loss before its gradient is taken, because small gradients underflow in 16 bits (Micikevicius et al. 2018). */
export const LOSS_SCALE = 1024;

/**
 * Computes the frozen model's products, and what carries their results along, in float16, with weights in float16; norms,
 * softmax, sums, the loss, the prompt and the optimizer stay in float32 (Micikevicius et al. 2018, "Mixed Precision
 * Training"), and so does what is multiplied or divided by a number beyond float16. The graph's inputs and outputs stay as they are.
 */
export function mixedPrecision(graph: Graph): Graph {
  const mixed = rewrite(graph, (node, inputs, b) => {
    const { float16, scalesWith } = definitionOf(node.op);
    const computed = inputs.filter((x): x is Value => x !== null && isFloat(x) && x.constant === undefined);
    const follows = float16 === "follows" && computed.length > 0 &&
      computed.every(({ type }) => type === "float16") &&
      !(scalesWith !== undefined && scalesWith !== "all" && inputs.some(isBeyondHalf));
    const table = node.op === "Gather" && isWeight(inputs[0]);
    const as = float16 === "computes" || follows || table ? half : full;
    return copyNode(b, node, inputs.map((x) => x !== null && isFloat(x) ? as(b, x) : x));
  });
  const b = Builder.of(mixed);
  return b.graph(new Map([...mixed.outputs].map(([name, value]) => [name, full(b, value)])));
}

/** Divides the gradient by the factor that the loss was multiplied by. */
export function unscaled(graph: Graph, scale: number): Graph {
  const b = Builder.of(graph);
  const gradient = graph.outputs.get("gradient")!;
  return b.graph(new Map([...graph.outputs, ["gradient", b.multiply(gradient, b.scalar(1 / scale))]]));
}

/** Whether a value is a number that float16 has not even by rounding: what it multiplies or divides would be of another size. */
function isBeyondHalf(value: Value | null): boolean {
  const size = Math.abs(scalarOf(value) ?? 1);
  return size > LARGEST || (size > 0 && size < LEAST);
}

function isFloat({ type }: Value): boolean {
  return type === "float32" || type === "float16";
}

/** Whether a value is a weight: a constant, or one in 16 bits that is widened where it is read. */
function isWeight(value: Value | null | undefined): boolean {
  if (!value || value.shape.length < 2) return false;
  const { producer } = value;
  return value.constant !== undefined || (producer?.op === "Cast" && isWeight(producer.inputs[0]));
}

function full(b: Builder, x: Value): Value {
  return x.type === "float16" ? b.cast(x, "float32") : x;
}

function half(b: Builder, x: Value): Value {
  if (x.type === "float16") return x;
  const stored = x.producer?.op === "Cast" ? x.producer.inputs[0] : undefined;
  if (stored?.type === "float16") return stored;
  const items = x.constant && product(x.constant) <= MOST_AT_ONCE ? numbers(x.constant) : undefined;
  return items ? b.constant(x.name, float16(items, x.constant!.dims)) : b.cast(x, "float16");
}

function product({ dims }: Constant): number {
  return dims.reduce((a, b) => a * b, 1);
}

function float16(items: readonly number[], dims: readonly number[]): Constant {
  const bytes = new Uint8Array(2 * items.length);
  const view = new DataView(bytes.buffer);
  items.forEach((x, i) => view.setFloat16(2 * i, Math.max(-LARGEST, Math.min(LARGEST, x)), true));
  return { type: "float16", dims, bytes };
}
