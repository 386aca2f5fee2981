/** Columns of a language-model head: its logits of some words only. */
import type { Builder } from "../ops/builder.ts";
import type { LanguageHead } from "../analysis/language_head.ts";
import { product, sameDimension } from "../graph/dimension.ts";
import { isFloat } from "../graph/element_types.ts";
import type { Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { floatAttribute, integerAttribute } from "../ops/op_definition.ts";
import { copyNode } from "../ops/rewrite.ts";
import { scalarLike } from "../ops/elementwise.ts";

/** The most nodes, one after the other, through which columns are followed. */
const MOST_DEPTH = 500;

/** Words that lie side by side in the vocabulary. */
export interface WordRange {
  readonly start: number;
  readonly size: number;
}

/**
 * The logits of some words, made as far as it goes from the head's own columns, so that the others are not computed.
 *
 * @param logits [..., vocabulary]
 * @returns [..., size]
 */
export function columnsOf(b: Builder, logits: Value, { start, size }: WordRange): Value {
  const made = new Map<string, Value>();
  const ids = new Map<Value, number>();
  const slice = (value: Value, axis: number, depth: number): Value => {
    if (!ids.has(value)) ids.set(value, ids.size);
    const key = `${ids.get(value)}@${axis}`;
    const known = made.get(key) ?? newSlice(value, axis, depth);
    made.set(key, known);
    return known;
  };
  const newSlice = (value: Value, axis: number, depth: number): Value => {
    const node = value.producer;
    const rule = node && definitionOf(node.op).selectionRule?.(node, axis);
    if (!node || depth > MOST_DEPTH || !rule?.axes.some((own) => own !== null)) {
      const { constant, name } = value;
      const whole = constant ? b.constant(name, { ...constant, isSlicedAtRun: true }) : value;
      return b.op("Slice", [whole, ...[start, start + size, axis].map((item) => b.integers([item]))]);
    }
    const inputs = node.inputs.map((input, i) => {
      const own = rule.axes[i] ?? null;
      return input === null || own === null ? input : slice(input, own, depth + 1);
    });
    const outputs = rule.rebuild?.(b, inputs, size) ?? copyNode(b, node, inputs);
    return outputs[node.outputs.indexOf(value)]!;
  };
  return slice(logits, logits.shape.length - 1, 0);
}

/**
 * The logit of one word of each row, made from the head's own columns.
 *
 * @param value the head's logits [batch, target, vocabulary], or a value on the way to them
 * @param words int64 [batch, target]
 * @returns [batch, target, 1]; `undefined` where the head is more than a product with a matrix and operators that work element by
 * element
 */
export function columnOfEach(b: Builder, value: Value, words: Value, head: LanguageHead): Value | undefined {
  const { shape, producer: node } = value;
  const vocabulary = shape.at(-1)!;
  const isOfHead = node !== undefined && head.nodes.includes(node);
  if (!isOfHead) {
    if (product(shape.slice(0, -1)) !== 1) return undefined;
    const row = b.reshape(value, [vocabulary]);
    return b.reshape(b.op("Gather", [row, words], { axis: 0 }), [...words.shape, 1]);
  }
  if (definitionOf(node.op).isElementwise) {
    const inputs: (Value | null)[] = [];
    for (const input of node.inputs) {
      const isOfWords = input && input.shape.length > 0 && sameDimension(input.shape.at(-1)!, vocabulary);
      const own = isOfWords ? columnOfEach(b, input, words, head) : input;
      if (own === undefined) return undefined;
      inputs.push(own);
    }
    return copyNode(b, node, inputs)[0];
  }
  const [rows, matrix] = node.inputs;
  const isProduct = definitionOf(node.op).isMatrixProduct && matrix?.shape.length === 2 &&
    isFloat(matrix.type);
  if (!isProduct || rows?.shape.length !== 3 || integerAttribute(node, "transA", 0) === 1) return undefined;
  const columns = integerAttribute(node, "transB", 0) === 1
    ? b.op("Gather", [matrix, words], { axis: 0 })
    : b.transpose(b.op("Gather", [matrix, words], { axis: 1 }), [1, 2, 0]);
  const dot = b.sum(b.multiply(rows, columns), [2]);
  const alpha = floatAttribute(node, "alpha", 1);
  return alpha === 1 ? dot : b.multiply(dot, scalarLike(b, dot, alpha));
}
