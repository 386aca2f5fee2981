import { type PromptRows, rowRule } from "../analysis/prompt_rows.ts";
import { type Dimension, subtract } from "../graph/dimension.ts";
import type { Graph, PassLog, Value } from "../graph/graph.ts";
import type { Builder } from "../ops/builder.ts";
import { definitionOf } from "../ops/mod.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";
import { copiesOfBatch } from "./narrow.ts";
import { PREFIX, rowsWithin, SEQUENCE } from "./rows_within.ts";
import { PROMPT_ROWS, written } from "./splice.ts";

/** Values of the rows before a prompt, which later rows read: keys and values of attention. */
export interface KeptValue {
  /** What it is called as an output of the graph of these rows, and as an input of the graph of the others. */
  readonly name: string;
  /** The axis of the rows. */
  readonly axis: number;
  readonly value: Value;
}

/**
 * The values that rows from the prompt on read of the rows before it: of the forms that a value takes on its way into a product,
 * the last that has nothing twice.
 *
 * @returns `undefined` where there are none, examples do not lie one after the other in them, or they are not float32
 */
export function keptValues(
  graph: Graph,
  { entry, axes }: PromptRows,
): readonly KeptValue[] | undefined {
  const values = new Set<Value>();
  for (const node of graph.nodes) {
    const row = node === entry ? undefined : axes.get(node.outputs[0]!);
    if (row === undefined) continue;
    const rule = rowRule(node, row);
    for (const [i, input] of node.inputs.entries()) {
      const isWhole = input !== null && axes.has(input) && (rule.axes[i] ?? null) === null;
      if (isWhole) values.add(beforeRepeats(input, axes));
    }
  }
  const kept = [...values].map((value, i) => ({ name: `past_${i}`, axis: axes.get(value)!, value }));
  const isKept = ({ axis, value }: KeptValue) =>
    axis > 0 && value.type === "float32" && copiesOfBatch(value) !== undefined;
  return kept.length > 0 && kept.every(isKept) ? kept : undefined;
}

/** The graph of the rows before a prompt, whose outputs are what later rows read of them. Its texts end there. */
export function beforePrompt(graph: Graph, { entry }: PromptRows, kept: readonly KeptValue[]): Graph {
  const outputs = new Map(kept.map(({ name, value }) => [name, value]));
  return rewrite({ ...graph, outputs }, (node, inputs) => node === entry ? [inputs[0]!] : undefined);
}

/**
 * The graph of the rows from the prompt on. As every text of a batch has `prefix` rows or more before its prompt, the first
 * `prefix` rows of a batch depend on no prompt: what the others read of them are the inputs `past_0`, `past_1`, …
 *
 * @returns the graph with `logits` float32 [batch, sequence - prefix, vocabulary]; its other inputs are as before
 */
export function afterPrefix(
  graph: Graph,
  { entry, axes }: PromptRows,
  kept: readonly KeptValue[],
  log: PassLog,
): Graph {
  const rest = subtract(SEQUENCE, PREFIX);
  const slices = new Map<string, Value>();
  const ids = new Map<Value, number>();
  const wholes = new Map<Value, Value>();
  return rewrite(graph, (node, inputs, b, now) => {
    /** The later rows of a value that does not depend on the prompt. */
    const later = (value: Value, axis: number): Value => {
      if (!ids.has(value)) ids.set(value, ids.size);
      const key = `${ids.get(value)}@${axis}`;
      const found = slices.get(key) ?? sliced(b, now(value), axis);
      slices.set(key, found);
      return found;
    };
    const whole = (value: Value): Value => {
      const found = wholes.get(value) ?? made(value);
      wholes.set(value, found);
      return found;
    };
    const made = (value: Value): Value => {
      const one = kept.find((one) => one.value === value);
      if (one !== undefined) {
        const shape = value.shape.map((dimension, axis) => axis === one.axis ? PREFIX : dimension);
        return b.op("Concat", [b.input(one.name, value.type, shape), now(value)], { axis: one.axis });
      }
      const { producer } = value;
      const [source, ...others] = producer!.inputs;
      const outputs = copyNode(b, producer!, [whole(source!), ...others.map((other) => other && now(other))]);
      return outputs[producer!.outputs.indexOf(value)]!;
    };
    if (node === entry) {
      const rows = graph.inputs.find(({ name }) => name === PROMPT_ROWS)!;
      const tokens = later(node.inputs[0]!, 1);
      return [written(b, tokens, inputs[2]!, rowsWithin(b, rows, tokens))];
    }
    const row = axes.get(node.outputs[0]!);
    if (row === undefined) return undefined;
    log("rows left out of", node.op);
    const rule = rowRule(node, row);
    const read = node.inputs.map((input, i) => {
      const axis = rule.axes[i] ?? null;
      if (input === null) return null;
      if (axes.has(input)) return axis === null ? whole(input) : inputs[i]!;
      return axis === null ? inputs[i]! : later(input, axis);
    });
    return rule.rebuild?.(b, read, rest) ?? copyNode(b, node, read);
  });
}

/** The value that a value is a repetition of, perhaps in another form; where nothing is repeated, the value itself. */
function beforeRepeats(value: Value, axes: ReadonlyMap<Value, number>): Value {
  let found = value;
  for (let at = value; at.producer; at = at.producer.inputs[0]!) {
    const { movement } = definitionOf(at.producer.op);
    const source = at.producer.inputs[0];
    if (movement === undefined || !source || !axes.has(source)) break;
    if (movement === "repeat") found = source;
  }
  return found;
}

function sliced(b: Builder, value: Value, axis: number): Value {
  const at = (dimension: Dimension) => b.integers([dimension]);
  return b.op("Slice", [value, at(PREFIX), at(SEQUENCE), b.integers([axis])]);
}
