import { type Dimension, divide, product } from "../graph/dimension.ts";
import { dependents, type Graph, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { isTokenWise } from "./token_wise.ts";

/** The most nodes of a head: what is done with it may go through them by recursion. */
const MOST_NODES = 500;

/** The end of a language model: from hidden states to the logits of words, row by row. */
export interface LanguageHead {
  /**
   * The hidden states, one for each row of the logits, quantized where the model multiplies them so; the logits themselves where
   * the graph shows no head.
   */
  readonly hidden: Value;
  /** The size of a hidden state. */
  readonly size: Dimension;
  /** The nodes from the hidden states to the logits, in order. */
  readonly nodes: readonly Node[];
}

/**
 * Finds the head: the last nodes, as far as they treat each row by itself, back to a value that all their paths pass through
 * and from which a product of matrices makes the logits.
 *
 * @param logits float32 [batch, target, vocabulary], a value of the graph
 */
export function findLanguageHead(graph: Graph, logits: Value): LanguageHead {
  const nodes = liveNodes(graph);
  const active = dependents(nodes, graph.inputs);
  const open = new Set([logits]);
  const head: Node[] = [];
  let multiplies = false;
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => open.has(output))) continue;
    if (!isTokenWise(node) || head.length === MOST_NODES) break;
    head.unshift(node);
    for (const output of node.outputs) open.delete(output);
    for (const input of node.inputs) if (input && active.has(input)) open.add(input);
    multiplies ||= definitionOf(node.op).isMatrixProduct === true;
    const [hidden, ...others] = [...open].filter((value) => !isScale(value));
    const size = hidden && divide(product(hidden.shape), product(logits.shape.slice(0, -1)));
    if (multiplies && hidden && others.length === 0 && size !== undefined) {
      return { hidden, size, nodes: head };
    }
  }
  return { hidden: logits, size: logits.shape.at(-1)!, nodes: [] };
}

/** Whether a value is a number that a quantizer gives beside its output, or made of one: gradients do not flow through it. */
function isScale({ producer, shape, constant }: Value, depth = 0): boolean {
  if (constant !== undefined) return true;
  if (producer === undefined || product(shape) !== 1 || depth > MOST_NODES) return false;
  const { isQuantization, isElementwise } = definitionOf(producer.op);
  return isQuantization === true ||
    isElementwise === true && producer.inputs.every((input) => input === null || isScale(input, depth + 1));
}
