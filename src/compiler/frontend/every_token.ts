import type { Builder } from "../ops/builder.ts";
import { type Dimension, product, sameDimension, sameShape, subtract } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { ancestors, type Attributes, type Node, type Value } from "../graph/graph.ts";
import { hasLength } from "../graph/tuple.ts";
import { cutsOf } from "../ops/cutting.ts";
import { definitionOf } from "../ops/mod.ts";
import { integerAttribute } from "../ops/op_definition.ts";

/** The axis of the tokens in the input and the output of a language-model head. */
const TOKENS = 1;

/**
 * Undoes the choice of a token: where a file takes the last token's hidden state before its head (exports for generation
 * do), the head is put on all tokens, so that the answer can be read at any of them. Narrowing makes the choice again.
 *
 * @param logits [batch, 1, vocabulary] or [batch, vocabulary]
 * @param tokens their number
 * @returns the logits of all tokens, or `undefined` where this does not give them
 */
export function everyToken(b: Builder, logits: Value, tokens: Dimension): Value | undefined {
  const before = ancestors(logits);
  const nodes = b.nodes.filter((node) => before.has(node));
  const at = nodes.findLastIndex((node) => picksToken(node, tokens));
  if (at < 0) return undefined;
  const all = new Map<Value, Value>([[nodes[at]!.outputs[0]!, nodes[at]!.inputs[0]!]]);
  for (const node of nodes.slice(at + 1)) {
    if (!node.inputs.some((input) => input && all.has(input))) continue;
    const whole = onAll(b, node, all);
    if (whole === undefined || whole.shape.length !== 3) return undefined;
    all.set(node.outputs[0]!, whole);
  }
  return all.get(logits);
}

/** Whether a node picks one token of each example from [batch, sequence, size]: the last, or one that the inputs select. */
function picksToken(node: Node, tokens: Dimension): boolean {
  const [x, index] = node.inputs;
  const [y] = node.outputs;
  if (!x || !y || !hasLength(x.shape, 3) || !sameDimension(x.shape[TOKENS], tokens)) return false;
  const [batch, , size] = x.shape;
  if (!sameShape(y.shape, [batch, 1, size]) && !sameShape(y.shape, [batch, size])) return false;
  const isLast = (place: Dimension) => sameDimension(place, subtract(tokens, 1));
  if (node.op === "Slice") return cutsOf(node).some(({ axis, start }) => axis === TOKENS && isLast(start));
  if (node.op === "GatherND" || node.op === "GatherElements") return true;
  const [place] = index?.integers ?? [];
  return node.op === "Gather" && place !== undefined && (place === -1 || isLast(place));
}

/** A node's output for all tokens, if it treats each of them alike. */
function onAll(b: Builder, node: Node, all: ReadonlyMap<Value, Value>): Value | undefined {
  const inputs = node.inputs.map((input) => input && (all.get(input) ?? input));
  const others = node.inputs.filter((input) => input && !all.has(input));
  const [x] = node.inputs;
  const [first] = inputs;
  const [y] = node.outputs;
  if (!x || !first || !y || node.outputs.length > 1 && node.op !== "LayerNormalization") return undefined;
  if (!others.every((other) => isFixed(other!))) return undefined;
  if (definitionOf(node.op).movement === "view") {
    const extents = ({ shape }: Value) => shape.filter((dimension) => dimension !== 1);
    return sameShape(extents(x), extents(y)) ? first : undefined;
  }
  try {
    if (node.op === "Gemm") return productOfAll(b, node, inputs);
    const attributes = countedFromEnd(node.attributes, x.shape.length);
    const [whole] = b.checkedNode(node.op, inputs, attributes, node.name, [y.name]);
    const selectionRule = definitionOf(node.op).selectionRule?.(whole!.producer!, TOKENS);
    const passes = node.inputs.every((input, i) =>
      (selectionRule?.axes[i] ?? null) === (input && all.has(input) ? TOKENS : null)
    );
    return selectionRule !== undefined && passes ? whole : undefined;
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

/** A product of plain matrices, the tokens of all examples as rows. */
function productOfAll(b: Builder, node: Node, [x, ...rest]: readonly (Value | null)[]): Value | undefined {
  if (integerAttribute(node, "transA", 0) === 1 || x?.shape.length !== 3) return undefined;
  const rows = x.shape.slice(0, 2);
  const flat = b.reshape(x, [product(rows), x.shape[2]!]);
  const [y] = b.checkedNode(node.op, [flat, ...rest], node.attributes, node.name);
  return b.reshape(y!, [...rows, y!.shape[1]!]);
}

/** Whether a value is the same whatever the model is fed. */
function isFixed(value: Value): boolean {
  const read = new Set([value]);
  // A set gives the values that are added while it is gone through, too.
  for (const { constant, integers, producer } of read) {
    if (constant !== undefined || integers !== undefined) continue;
    if (producer === undefined) return false;
    for (const input of producer.inputs) if (input !== null) read.add(input);
  }
  return true;
}

/** Attributes whose axis is the same one where there are more axes in front. */
function countedFromEnd(attributes: Attributes, rank: number): Attributes {
  const { axis } = attributes;
  return typeof axis === "number" && axis >= 0 ? { ...attributes, axis: axis - rank } : attributes;
}
