import { product } from "../../graph/dimension.ts";
import { isFloat } from "../../graph/element_types.ts";
import { dependents, type Graph, liveNodes, type Node, type PassLog, type Value } from "../../graph/graph.ts";
import type { Builder } from "../../ops/builder.ts";
import { definitionOf } from "../../ops/mod.ts";
import { rewrite } from "../../ops/rewrite.ts";

/**
 * Has the device compute what depends on the shapes of the inputs alone, such as the sines of rotary positions.
 *
 * Where all dimensions are fixed, as in a step that is recorded, ONNX Runtime computes such values once, on the CPU, which rounds in
 * another way; where they are not, the device does. A zero that is computed from an input's elements is added to what they are
 * computed from. Operators that give the same bits everywhere may be computed by either.
 */
export function computeOnDevice(graph: Graph, log: PassLog = () => {}): Graph {
  const nodes = liveNodes(graph);
  const ids = graph.inputs.find(({ type }) => type === "int64");
  const folded = foldedWhereFixed(nodes, graph.inputs);
  if (ids === undefined || folded.size === 0) return graph;
  /** Values that are computed from the zero. */
  const held = new Set<Value>();
  let zero: Value | undefined;
  return rewrite(graph, (node, inputs, b) => {
    const hold = () => node.outputs.forEach((output) => held.add(output));
    if (node.inputs.some((input) => input !== null && held.has(input))) return void hold();
    const at = node.inputs.findIndex((input) => input !== null && folded.has(input) && isFloat(input.type));
    if (at < 0 || !node.outputs.every((output) => folded.has(output)) || isReproducible(node)) {
      return undefined;
    }
    hold();
    log("computed on the device", node.op);
    zero ??= zeroOf(b, ids);
    const later = b.add(inputs[at]!, b.cast(zero, inputs[at]!.type));
    return b.checkedNode(node.op, inputs.toSpliced(at, 1, later), node.attributes, node.name);
  });
}

/** The values that depend on the shapes of the inputs, and not on their elements. */
function foldedWhereFixed(nodes: readonly Node[], inputs: readonly Value[]): Set<Value> {
  const read = dependents(nodes, inputs);
  const found = new Set<Value>();
  for (const node of nodes) {
    const isShaped = node.inputs.some((input) => input !== null && (found.has(input) || isSymbolic(input)));
    for (const output of node.outputs) if (isShaped && !read.has(output)) found.add(output);
  }
  return found;
}

/** Whether whole numbers are known in terms of symbols. */
function isSymbolic({ integers }: Value): boolean {
  return integers !== undefined && integers.some((item) => typeof item !== "number");
}

function isReproducible({ op }: Node): boolean {
  const { isReproducible, movement, lookup } = definitionOf(op);
  return isReproducible === true || movement !== undefined || lookup !== undefined;
}

/** 0 as a float32 scalar that no session knows before it runs: the first of some whole numbers, times 0. */
function zeroOf(b: Builder, ids: Value): Value {
  const numbers = b.cast(b.reshape(ids, [product(ids.shape)]), "float32");
  const first = b.op("Gather", [numbers, b.integer(0)], { axis: 0 });
  return b.multiply(first, b.scalar(0));
}
