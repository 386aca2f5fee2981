import { sameDimension, symbol } from "../graph/dimension.ts";
import type { Embedding } from "./embedding_layer.ts";
import { type Constant, dependents, liveNodes, type Node, type Value } from "../graph/graph.ts";
import type { NumberArray } from "./number_array.ts";
import { interpreterOf } from "./probe.ts";
import { definitionOf } from "../ops/mod.ts";
import { axisOf, integerAttribute } from "../ops/op_definition.ts";

/** Whether tokens attend only to those before them, or also to those after them. */
export type Attention = "causal" | "bidirectional";

const SEQUENCE = symbol("sequence");

/** The number of tokens of the synthetic texts. */
const LENGTH = 6;

/** A score this far below a row's largest is masked; no bias by distance is that low in such short texts. */
const BLOCKED = 1000;

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
  const found = [...softmaxDirections(liveNodes(graph), words, read).values()];
  if (found.includes("bidirectional")) return "bidirectional";
  return found.length > 0 && found.every((one) => one === "causal") ? "causal" : undefined;
}

/**
 * The direction of each softmax over tokens, as for {@linkcode attentionOf}.
 *
 * @param nodes the live ones, in order
 * @param words what the scores are made of
 */
export function softmaxDirections(
  nodes: readonly Node[],
  words: Value,
  read: (constant: Constant) => Uint8Array | undefined,
): ReadonlyMap<Node, Attention | undefined> {
  const fromWords = dependents(nodes, [words]);
  const interpreter = interpreterOf({
    batch: 2,
    sequence: LENGTH,
    isZero: (value) => value === words || (fromWords.has(value) && !carriesMask(value.producer!)),
    read,
  });
  const overTokens = nodes.filter((node) => fromWords.has(node.outputs[0]!) && isOverTokens(node));
  return new Map(overTokens.map((node) => [node, directionOf(interpreter.valueOf(node.inputs[0]!))]));
}

/** Whether a mask passes through a node on its way to the softmax; the largest score of a row shows whether all of it is masked. */
function carriesMask({ op }: Node): boolean {
  const { isElementwise, movement } = definitionOf(op);
  return isElementwise || movement !== undefined || op === "ReduceMax";
}

/** Whether a node is a softmax of scores [..., sequence, sequence] over the last axis. */
function isOverTokens(node: Node): boolean {
  const shape: Value["shape"] = node.inputs[0]?.shape ?? [];
  return node.op === "Softmax" && shape.length >= 3 &&
    shape.slice(-2).every((item) => sameDimension(item, SEQUENCE)) &&
    axisOf(integerAttribute(node, "axis", -1), shape.length) === shape.length - 1;
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
