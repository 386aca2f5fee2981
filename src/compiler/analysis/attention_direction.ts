import { sameDimension, symbol } from "../graph/dimension.ts";
import type { Embedding } from "./embedding_layer.ts";
import { type Constant, dependents, liveNodes, type Node, type Value } from "../graph/graph.ts";
import type { NumberArray } from "./number_array.ts";
import type { Interpreter } from "./interpreter.ts";
import { interpreterOf } from "./probe.ts";
import { definitionOf } from "../ops/mod.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";

/** Whether tokens attend only to those before them, or also to those after them. */
export type Attention = "causal" | "bidirectional";

const SEQUENCE = symbol("sequence");

/** The number of tokens of the synthetic texts. */
const LENGTH = 6;

/** A score this far below a row's largest is masked; no bias by distance is that low in such short texts. */
export const BLOCKED = 1000;

/**
 * Finds the direction of a model's attention: every softmax over tokens is computed for synthetic texts, with all scores
 * zero, so that only masks make a difference. A model is bidirectional if any of its layers is.
 *
 * @returns `undefined` where the graph does not show it
 */
export function attentionOf(
  { graph, words }: Embedding,
  read: (constant: Constant) => Uint8Array | undefined,
): Attention | undefined {
  const nodes = liveNodes(graph);
  const probe = new AttentionProbe(nodes, words, read);
  const found = nodes.filter((node) => node.op === "Softmax").flatMap((node) => probe.softmax(node) ?? [])
    .map(({ direction }) => direction);
  if (found.includes("bidirectional")) return "bidirectional";
  return found.length > 0 && found.every((one) => one === "causal") ? "causal" : undefined;
}

/** Looks at scores of synthetic texts, in which only masks make a difference. */
export class AttentionProbe {
  private readonly fromWords: ReadonlySet<Value>;
  private readonly interpreter: Interpreter;

  /**
   * @param nodes the live ones, in order
   * @param words what the scores are made of
   */
  constructor(
    nodes: readonly Node[],
    words: Value,
    read: (constant: Constant) => Uint8Array | undefined,
  ) {
    this.fromWords = dependents(nodes, [words]);
    this.interpreter = interpreterOf({
      batch: 2,
      sequence: LENGTH,
      isZero: (value) => value === words || (this.fromWords.has(value) && !carriesMask(value.producer!)),
      read,
    });
  }

  /** The direction of a softmax; `undefined` where it is not one over tokens. */
  softmax(node: Node): { readonly direction: Attention | undefined } | undefined {
    const [scores] = node.inputs;
    if (!scores || !this.fromWords.has(node.outputs[0]!) || !isOverTokens(node)) return undefined;
    return { direction: this.direction(scores) };
  }

  /** The direction of scores [..., sequence, sequence]; `undefined` where they do not show it. */
  direction(scores: Value): Attention | undefined {
    return ofTokens(scores.shape) ? directionOf(this.interpreter.valueOf(scores)) : undefined;
  }
}

/** Whether a mask passes through a node on its way to the softmax; the largest score of a row shows whether all of it is masked. */
function carriesMask({ op }: Node): boolean {
  const { isElementwise, movement } = definitionOf(op);
  return isElementwise || movement !== undefined || op === "ReduceMax";
}

/** Whether a node is a softmax of scores [..., sequence, sequence] over the last axis. */
function isOverTokens(node: Node): boolean {
  const shape: Value["shape"] = node.inputs[0]?.shape ?? [];
  return node.op === "Softmax" && ofTokens(shape) &&
    axisOf(integerAttribute(node, "axis", -1), shape.length) === shape.length - 1;
}

/** Whether a shape is [..., sequence, sequence]. */
function ofTokens(shape: Value["shape"]): boolean {
  return shape.length >= 3 && shape.slice(-2).every((item) => sameDimension(item, SEQUENCE));
}

function directionOf(scores: NumberArray | undefined): Attention | undefined {
  if (scores === undefined || scores.items.some(Number.isNaN)) return undefined;
  const rows = Array.from(
    { length: scores.items.length / LENGTH },
    (_, i) => ({ query: i % LENGTH, items: Array.from(scores.items.subarray(i * LENGTH, (i + 1) * LENGTH)) }),
  );
  const open = (items: readonly number[], key: number) => items[key]! > Math.max(...items) - BLOCKED;
  // An inverted mask blocks the whole text.
  if (rows.some(({ items }) => !items.some((_, key) => open(items, key)))) return undefined;
  if (rows.every(({ query, items }) => items.every((_, key) => key <= query || !open(items, key)))) {
    return "causal";
  }
  const next = rows.filter(({ query }) => query + 1 < LENGTH);
  return next.every(({ query, items }) => open(items, query + 1)) ? "bidirectional" : undefined;
}
