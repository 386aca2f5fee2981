import type { Builder } from "../ops/builder.ts";
import { type Dimension, divide, symbol, symbolsOf, termsOf } from "../graph/dimension.ts";
import { ancestors, type Graph, liveNodes, type Node, type PassLog, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { integerAttribute, type SelectionRule } from "../ops/op_definition.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";
import { isProjection, piecesOf, splitPackedProjection } from "./split_packed_projection.ts";

const BATCH = symbol("batch");

/** Which elements along an axis are read: the same for all examples, index [picked], or its own for each, index [batch, picked]. */
interface Selection {
  readonly node: Node;
  readonly source: Value;
  readonly axis: number;
  readonly index: Value;
  readonly extent: Dimension;
  readonly each: boolean;
}

/**
 * How often nodes are looked at in one narrowing, at most: models with ten thousand nodes take a few hundred thousand. Where
 * that is not enough, the graph stays as far as it is narrowed.
 */
const MOST_VISITS = 2_000_000;

/** How often nodes are made again in one narrowing, at most: a selection that is pushed makes all of them again. Models push three. */
const MOST_MADE = 200_000;

/** How often nodes have been looked at and made again. */
interface Effort {
  visits: number;
  made: number;
}

/** The part of a node's outputs that is read: all of them, or only the selection along these axes. */
interface Demand {
  readonly full: boolean;
  readonly axes: ReadonlySet<number>;
}

/** Nothing is read. */
const NOTHING: Demand = { full: false, axes: new Set() };

/** A selection that can be pushed towards its source, and what is then read. */
interface Pushable {
  readonly selection: Selection;
  readonly demands: ReadonlyMap<Node, Demand>;
  /** The values that some node reads in full. */
  readonly whole: ReadonlySet<Value>;
}

/**
 * Pushes selections towards what they select from. Of the forward pass only the answer's position is read, and only the
 * verbalizer's columns of the vocabulary; of the backward pass only the prompt's rows. What works row by row (the head, the
 * last layer's feed-forward and queries; the products that end in the prompt's gradient) need not compute the others. It is
 * the same idea as pushing a projection down a query plan. The results of the graph stay the same.
 */
export function narrow(graph: Graph, log: PassLog = () => {}): Graph {
  let narrowed = graph;
  const effort: Effort = { visits: 0, made: 0 };
  for (;;) {
    const next = lastPushable(narrowed, effort);
    if (next === undefined || effort.made > MOST_MADE) return narrowed;
    effort.made += narrowed.nodes.length;
    const packed = partiallyRead(narrowed, next);
    if (packed) log("separated", packed.name);
    narrowed = packed ? splitPackedProjection(narrowed, packed) : push(narrowed, next, log);
  }
}

/** A projection whose product is computed for all rows although of some of its columns only the selection is read. */
function partiallyRead(graph: Graph, { demands, whole }: Pushable): Value | undefined {
  const all = new Set<Value>();
  const selected = new Set<Value>();
  for (const node of liveNodes(graph)) {
    const pieces = piecesOf(node);
    if (!pieces || !isProjection(pieces[0]!.of) || !demands.has(node)) continue;
    for (const output of node.outputs) (whole.has(output) ? all : selected).add(pieces[0]!.of);
  }
  return [...selected].find((value) => all.has(value));
}

/** The last selection in the graph that can be made on the inputs of what it selects from, with what is then read. */
function lastPushable(graph: Graph, effort: Effort): Pushable | undefined {
  const nodes = liveNodes(graph).toReversed();
  for (const node of nodes) {
    const selection = selectionOf(node);
    const from = selection?.source.producer;
    if (selection === undefined || from === undefined) continue;
    effort.visits += nodes.length;
    if (effort.visits > MOST_VISITS) return undefined;
    const pushable = { selection, ...demandsWith(graph, nodes, selection) };
    if (!pushable.demands.get(from)!.full) return pushable;
  }
  return undefined;
}

/** A node that picks elements of a computed tensor along one axis. */
function selectionOf(node: Node): Selection | undefined {
  const [source, indices] = node.inputs;
  if (!source || !indices || source.producer === undefined || source.integers !== undefined) return undefined;
  if (node.op === "Gather" && indices.shape.length === 1) {
    const axis = integerAttribute(node, "axis", 0);
    return { node, source, axis, index: indices, extent: indices.shape[0]!, each: false };
  }
  if (
    node.op === "GatherND" && integerAttribute(node, "batch_dims", 0) === 1 && indices.shape.length === 3 &&
    indices.shape[2] === 1
  ) {
    return { node, source, axis: 1, index: indices, extent: indices.shape[1]!, each: true };
  }
  return undefined;
}

/** What is read of every node when the selection is pushed as far as it goes; decided from the outputs back. @param nodes the live ones, the last first */
function demandsWith(
  graph: Graph,
  nodes: readonly Node[],
  selection: Selection,
): Omit<Pushable, "selection"> {
  const demands = new Map<Node, Demand>();
  const whole = new Set<Value>();
  const demand = (value: Value | null, axis?: number) => {
    const node = value?.producer;
    if (!value || node === undefined) return;
    const known = demands.get(node) ?? NOTHING;
    if (axis === undefined) whole.add(value);
    const axes = axis === undefined ? known.axes : new Set([...known.axes, axis]);
    demands.set(node, { full: known.full || axis === undefined, axes });
  };
  for (const output of graph.outputs.values()) demand(output);
  for (const node of nodes) {
    if (node === selection.node) {
      demand(selection.source, selection.axis);
      demand(selection.index);
      continue;
    }
    const { full, axes } = demands.get(node) ?? { ...NOTHING, full: true };
    const passages = [...axes].map((axis) => passageOf(node, axis, selection));
    const isStopped = passages.includes(undefined);
    if (isStopped) demands.set(node, { full: true, axes });
    if (full || isStopped) {
      for (const input of node.inputs) demand(input);
      continue;
    }
    for (const selectionRule of passages) {
      for (const [i, input] of node.inputs.entries()) demand(input, selectionRule!.axes[i] ?? undefined);
    }
  }
  return { demands, whole };
}

/**
 * How the selection passes a node, if it can: each input must have the axis, and its examples (or the examples' heads, one
 * example's after the other) in the first axis, or no examples at all. A selection of each example's own does not pass to
 * the last axis, where it would pick single numbers.
 */
function passageOf(node: Node, axis: number, { each }: Selection): SelectionRule | undefined {
  const output = node.outputs[0]!;
  const copies = copiesOfBatch(output);
  if (each && copies === undefined) return undefined;
  // Columns pass rows and rows do not pass columns: two selections that passed each other would never end.
  if (each && selectionOf(node)?.each === false) return undefined;
  const selectionRule = definitionOf(node.op).selectionRule?.(node, axis);
  const selects = selectionRule?.axes.some((one) => one !== null);
  if (!selectionRule || !selects) return undefined;
  const fits = selectionRule.axes.every((own, i) => {
    if (own === null || !each) return true;
    const input = node.inputs[i]!;
    const last = input.shape.length - 1;
    if (!hasExamples(input)) return copies === 1 && (own > 0 || last + 1 < output.shape.length);
    return own > 0 && own < last && copiesOfBatch(input) !== undefined;
  });
  return fits ? selectionRule : undefined;
}

/** Whether an axis of a value counts examples. */
function hasExamples({ shape }: Value): boolean {
  return shape.some((dimension) => termsOf(dimension).some(([key]) => symbolsOf(key).includes("batch")));
}

/** The number of rows of a value's first axis per example, where it counts examples or parts of them. */
export function copiesOfBatch({ shape: [first, ...rest] }: Value): number | undefined {
  const others = rest.some((dimension) =>
    termsOf(dimension).some(([key]) => symbolsOf(key).includes("batch"))
  );
  const copies = first === undefined || others ? undefined : divide(first, BATCH);
  return typeof copies === "number" ? copies : undefined;
}

/** Builds the graph with the selection pushed to where the demands require. */
function push(graph: Graph, { selection, demands }: Pushable, log: PassLog): Graph {
  const first = ancestors(selection.index);
  const ordered = [
    ...graph.nodes.filter((node) => first.has(node)),
    ...graph.nodes.filter((node) => !first.has(node)),
  ];
  const picked = new Map<string, Value>();
  const ids = new Map<Value, number>();
  return rewrite({ ...graph, nodes: ordered }, (node, inputs, b, now) => {
    const index = () => now(selection.index);
    /** The selection of a value along its axis, which is `outer` axes further in its reader's output. */
    const select = (value: Value, axis: number, outer: number): Value => {
      if (!ids.has(value)) ids.set(value, ids.size);
      const key = `${ids.get(value)}@${axis}+${outer}`;
      const short = `${ids.get(value)}@${axis}`;
      const found = picked.get(short) ?? picked.get(key) ??
        gathered(b, now(value), axis, outer, index(), selection);
      picked.set(key, found);
      return found;
    };
    if (node === selection.node) return [select(selection.source, selection.axis, 0)];
    const demand = demands.get(node)!;
    if (demand.full) return undefined;
    if (demand.axes.size > 0) log(selection.each ? "rows left out of" : "columns left out of", node.op);
    for (const axis of demand.axes) {
      const selectionRule = passageOf(node, axis, selection)!;
      const rank = node.outputs[0]!.shape.length;
      const narrowed = node.inputs.map((input, i) => {
        const own = selectionRule.axes[i];
        if (!input || own === null || own === undefined) return inputs[i] ?? null;
        return select(input, own, selectionRule.rebuild ? 0 : Math.max(0, rank - input.shape.length));
      });
      const outputs = selectionRule.rebuild?.(b, narrowed, selection.extent) ?? copyNode(b, node, narrowed);
      for (const [i, output] of node.outputs.entries()) {
        if (!ids.has(output)) ids.set(output, ids.size);
        picked.set(`${ids.get(output)}@${axis}`, outputs[i]!);
      }
    }
    return [];
  });
}

/** Picks from a value that is computed in full. */
function gathered(
  b: Builder,
  value: Value,
  axis: number,
  outer: number,
  index: Value,
  { each, extent }: Selection,
): Value {
  if (!each) return b.op("Gather", [value, index], { axis });
  const { shape } = value;
  const copies = copiesOfBatch(value);
  if (copies !== undefined) {
    const before = shape.slice(1, axis);
    const ones = before.map(() => 1);
    const own = b.expand(b.reshape(index, [BATCH, 1, ...ones, extent, 1]), [
      BATCH,
      copies,
      ...before,
      extent,
      1,
    ]);
    const indices = b.reshape(own, [shape[0]!, ...before, extent, 1]);
    return b.op("GatherND", [value, indices], { batch_dims: axis });
  }
  // The same for every example (a causal mask): picked by index, the examples' axis brought to the front.
  const padded = [...Array.from({ length: outer }, () => 1), ...shape];
  const at = axis + outer;
  const rows = b.op("Gather", [b.reshape(value, padded.slice(1)), b.reshape(index, [BATCH, extent])], {
    axis: at - 1,
  });
  const rest = Array.from({ length: rows.shape.length }, (_, i) => i).filter((i) => i !== at - 1);
  return b.transpose(rows, [at - 1, ...rest]);
}
