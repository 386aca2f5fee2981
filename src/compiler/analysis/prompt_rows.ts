import { scalarOf } from "../graph/constants.ts";
import { sameDimension, symbol } from "../graph/dimension.ts";
import { type Constant, dependents, type Graph, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { attributeAxis, type SelectionRule } from "../ops/op_definition.ts";
import { AttentionProbe, BLOCKED } from "./attention_direction.ts";
import { ofLaterRows } from "./later_rows.ts";
import { isSum } from "./linear.ts";
import { selectionRules } from "./selection_rules.ts";
import { TextStart } from "./text_start.ts";
import { hasTokens } from "./token_wise.ts";

const SEQUENCE = symbol("sequence");

/** How the rows of a text lie in a value that depends on a prompt. */
interface Layout {
  /** The axis with one place for each row of the text, whose number does not depend on later rows. */
  readonly row: number;
  /** The axis with one place for each row that is attended to, where it has one. */
  readonly key?: number;
  /** The number that stands wherever a row would attend to a later one, where it is the same for all texts. */
  readonly blocked?: number | undefined;
}

/** Where the rows of a text are in a graph in which no row depends on later ones. */
export interface PromptRows {
  /** The node that puts the prompt's vectors into their rows. */
  readonly entry: Node;
  /** The axis of the rows, of each value that depends on the prompt. */
  readonly axes: ReadonlyMap<Value, number>;
}

/**
 * Proves that no row of a text depends on later ones, and finds the rows' axis in each value that depends on the prompt. Rows
 * are mixed only where queries meet keys, and where attention is applied to values, after a softmax whose mask blocks all later
 * rows. Everything else must compute each row from the same row of its inputs. What does not depend on the prompt (positions,
 * masks) must be the same for a text that ends earlier.
 *
 * @param graph with the output `logits` float32 [batch, sequence, vocabulary]
 * @param prompt its input
 * @param read reads constants, for masks
 * @returns `undefined` where the graph does not show it
 */
export function promptRows(
  graph: Graph,
  prompt: Value,
  read: (constant: Constant) => Uint8Array | undefined,
): PromptRows | undefined {
  const nodes = liveNodes(graph);
  const active = dependents(nodes, [prompt]);
  const entry = nodes.find(({ op, inputs: [, , updates] }) => op === "ScatterND" && active.has(updates!));
  const entered = entry?.outputs[0];
  if (entry === undefined || entered === undefined || !sameDimension(entered.shape[1] ?? 0, SEQUENCE)) {
    return undefined;
  }
  const probe = new AttentionProbe(nodes, entered, read);
  const textStart = new TextStart(read);
  const layouts = new Map<Value, Layout>([[entered, { row: 1 }]]);
  const after = dependents(nodes.slice(nodes.indexOf(entry) + 1), [entered]);
  const isOfLaterRows = ofLaterRows(after, textStart);
  if (isOfLaterRows(entry.inputs[0]!, false)) return undefined;
  for (const node of nodes) {
    if (node === entry || !node.outputs.some((output) => after.has(output))) continue;
    const layout = layoutAfter(node, layouts, probe);
    if (layout === undefined) return undefined;
    if (node.inputs.some((input) => input && isOfLaterRows(input, isBias(node, input, layout)))) {
      return undefined;
    }
    for (const output of node.outputs) {
      if (!sameDimension(output.shape[layout.row] ?? 0, SEQUENCE)) return undefined;
      layouts.set(output, layout);
    }
  }
  const logits = layouts.get(graph.outputs.get("logits")!);
  if (logits?.row !== 1 || logits.key !== undefined) return undefined;
  return { entry, axes: new Map([...layouts].map(([value, { row }]) => [value, row])) };
}

/** Where each of a node's inputs is selected from for a selection of rows. @param row the axis of the rows of its outputs */
export function rowRule(node: Node, row: number): SelectionRule {
  return definitionOf(node.op).selectionRule!(node, row)!;
}

function layoutAfter(
  node: Node,
  layouts: ReadonlyMap<Value, Layout>,
  probe: AttentionProbe,
): Layout | undefined {
  const inputs = node.inputs.map((input) => input === null ? undefined : layouts.get(input));
  const [first, second] = inputs;
  const rules = selectionRules(node);
  if (definitionOf(node.op).isMatrixProduct && first && second) {
    return inputs.length > 2 && inputs[2] ? undefined : productLayout(node, rules, first, second);
  }
  const row = axisFrom(rules, inputs.map((layout) => layout?.row));
  if (row === undefined) return undefined;
  const keys = inputs.map((layout) => layout?.key);
  if (keys.every((key) => key === undefined)) return { row };
  if (node.op === "Softmax" && attributeAxis(node, -1) === first?.key) {
    return probe.softmax(node)?.direction === "causal" ? { row, key: first.key, blocked: 0 } : undefined;
  }
  const key = axisFrom(rules, keys);
  if (key === undefined) {
    const scores = first?.row === row && leavesOutBlocked(node) ? node.inputs[0] : undefined;
    return scores && probe.direction(scores) === "causal" ? { row } : undefined;
  }
  if (key === row) return undefined;
  return { row, key, blocked: blockedAfter(node, inputs) };
}

/** Whether a value is added to scores, whose softmax stays the same where one number is added to all scores of a row. */
function isBias(node: Node, { shape }: Value, { key }: Layout): boolean {
  return isSum(node) && key === node.outputs[0]!.shape.length - 1 && hasTokens({ shape: shape.slice(-1) });
}

/** Whether a node reduces numbers in such a way that those far below others make no difference. */
function leavesOutBlocked({ op }: Node): boolean {
  return definitionOf(op).accumulate?.(1, -BLOCKED) === 1;
}

/** Numbers that stand for those that are not known. */
const SAMPLES = [-2, 0, 0.5, 1e9];

/** What becomes of the numbers that stand where a row would attend to a later one. */
function blockedAfter(node: Node, inputs: readonly (Layout | undefined)[]): number | undefined {
  const { movement, compute } = definitionOf(node.op);
  if (movement !== undefined || node.op === "Cast") return inputs[0]?.blocked;
  if (compute === undefined) return undefined;
  const known = node.inputs.map((input, i) => inputs[i]?.blocked ?? (input ? scalarOf(input) : undefined));
  const [xs, ys, zs] = [0, 1, 2].map((i) => known[i] === undefined ? SAMPLES : [known[i]]);
  const all = xs!.flatMap((x) => ys!.flatMap((y) => zs!.map((z) => compute(x, y, z))));
  return all.every((other) => other === all[0]) ? all[0] : undefined;
}

/** Queries by keys, or attention applied to values. */
function productLayout(
  node: Node,
  rules: readonly (SelectionRule | undefined)[],
  first: Layout,
  second: Layout,
): Layout | undefined {
  const rank = rules.length;
  const row = rank - 2;
  if (rules[row]?.axes[0] !== first.row || second.key !== undefined) return undefined;
  if (first.key === undefined) {
    return rules[rank - 1]?.axes[1] === second.row ? { row, key: rank - 1 } : undefined;
  }
  const isApplied = first.blocked === 0 && first.key === summedAxis(node, rules, 0) &&
    second.row === summedAxis(node, rules, 1);
  return isApplied ? { row } : undefined;
}

/** The axis of a factor that a product sums over: no axis of the product comes from it. */
function summedAxis(
  node: Node,
  rules: readonly (SelectionRule | undefined)[],
  input: number,
): number | undefined {
  const kept = new Set(rules.map((rule) => rule?.axes[input]));
  const axes = node.inputs[input]!.shape.map((_, axis) => axis).filter((axis) => !kept.has(axis));
  return axes.length === 1 ? axes[0] : undefined;
}

/** The axis of an output that comes from these axes of the inputs, all of those that are given. */
function axisFrom(
  rules: readonly (SelectionRule | undefined)[],
  axes: readonly (number | undefined)[],
): number | undefined {
  const found = rules.findIndex((rule) =>
    rule !== undefined && axes.every((axis, i) => axis === undefined || rule.axes[i] === axis)
  );
  return found < 0 ? undefined : found;
}
