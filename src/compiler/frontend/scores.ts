import type { Builder } from "../ops/builder.ts";
import { plainIntegersOf } from "../graph/constants.ts";
import { sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { axisOf, integerAttribute, required } from "../ops/op_definition.ts";
import { copyNode } from "../ops/rewrite.ts";

/** The scores that probabilities, or their logarithms, are computed from. */
interface Origin {
  readonly scores: Value;
  readonly are: "probabilities" | "logarithms";
}

/**
 * The scores that a model's probabilities of words were made from: a Softmax over the vocabulary at the end, or its
 * logarithm, is left out. The answer stays the same: scores that differ by a constant over all words have the same
 * probabilities.
 *
 * @param logits [..., vocabulary]
 * @returns the value itself where it does not consist of probabilities
 * @throws {CompileError} where it is computed from them in a way that cannot be undone
 */
export function scoresOf(b: Builder, logits: Value): Value {
  return originOf(b, logits, logits)?.scores ?? logits;
}

/** The scores that a value was made from by a Softmax; `undefined` where there is none. */
function originOf(b: Builder, value: Value, logits: Value): Origin | undefined {
  const origins = new Map<Value, Origin | undefined>();
  for (const node of madeElementwise(b, value, logits)) {
    for (const output of node.outputs) origins.set(output, originThrough(b, node, logits, origins));
  }
  return origins.get(value);
}

/** The nodes that lead to a value element by element, back to the first Softmax, in order. */
function madeElementwise(b: Builder, value: Value, logits: Value): readonly Node[] {
  const found = new Set<Node>();
  const left = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const node = next.producer;
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    if (softmaxOf(node, logits) !== undefined) continue;
    if (isView(node)) left.push(required(node, 0));
    else if (definitionOf(node.op).isElementwise) {
      for (const input of node.inputs) if (input) left.push(input);
    }
  }
  return b.nodes.filter((node) => found.has(node));
}

/** Whether a node passes numbers on as they are, in another shape or type. */
function isView({ op }: Node): boolean {
  return definitionOf(op).movement === "view" || op === "Cast";
}

/** The same of a node's output, where it is known of the values before. */
function originThrough(
  b: Builder,
  node: Node,
  logits: Value,
  origins: ReadonlyMap<Value, Origin | undefined>,
): Origin | undefined {
  const whole = softmaxOf(node, logits);
  if (whole) return whole;
  if (isView(node)) {
    const origin = origins.get(required(node, 0));
    return origin &&
      { ...origin, scores: copyNode(b, node, [origin.scores, ...node.inputs.slice(1)])[0]! };
  }
  if (!definitionOf(node.op).isElementwise) return undefined;
  const [origin] = node.inputs.flatMap((input) => input && origins.get(input) || []);
  if (origin?.are === "probabilities" && node.op === "Log") return { ...origin, are: "logarithms" };
  if (origin?.are === "logarithms" && node.op === "Exp") return { ...origin, are: "probabilities" };
  if (origin === undefined) return undefined;
  throw new CompileError(
    `${b.source} gives '${logits.name}', which ${node.op} makes of the ${
      origin.are === "probabilities" ? "probabilities" : "logarithms of the probabilities"
    } of words and not of their scores: export it without the Softmax at its end`,
  );
}

/** The input of which a node is the Softmax over the vocabulary, or its logarithm, in one operator or spelled out. */
function softmaxOf({ op, inputs, outputs, attributes }: Node, logits: Value): Origin | undefined {
  const [x, y] = inputs;
  const { shape } = outputs[0]!;
  const isOverWords = (axis: number) =>
    sameDimension(shape[axisOf(axis, shape.length)]!, logits.shape.at(-1)!);
  /** Whether a value is Σ eˣ over the words. */
  const isTotal = (value: Value | null | undefined, of: Value): boolean => {
    const sum = value?.producer;
    const [axis, ...more] = plainIntegersOf(sum?.inputs[1]) ?? [];
    return sum?.op === "ReduceSum" && axis !== undefined && more.length === 0 && isOverWords(axis) &&
      sum.inputs[0]?.producer?.op === "Exp" && isSame(sum.inputs[0].producer.inputs[0], of);
  };
  if (op === "Softmax" && x && isOverWords(integerAttribute({ attributes }, "axis", -1))) {
    return { scores: x, are: "probabilities" };
  }
  const exponent = op === "Div" && x?.producer?.op === "Exp" ? x.producer.inputs[0] : undefined;
  if (exponent && isTotal(y, exponent)) return { scores: unshifted(exponent), are: "probabilities" };
  const total = op === "Sub" && y?.producer?.op === "Log" ? y.producer.inputs[0] : undefined;
  if (x && total && isTotal(total, x)) return { scores: unshifted(x), are: "logarithms" };
  return undefined;
}

/** Whether two values are the same one, or are made by the same operator from the same inputs. */
function isSame(a: Value | null | undefined, b: Value): boolean {
  const one = a?.producer;
  const other = b.producer;
  return a === b || one !== undefined && one.op === other?.op &&
      one.inputs.every((input, i) => input === other.inputs[i]);
}

/** The scores before their largest was subtracted from all. */
function unshifted(scores: Value): Value {
  const shift = scores.producer;
  const [x, largest] = shift?.inputs ?? [];
  const isShifted = shift?.op === "Sub" && largest?.producer?.op === "ReduceMax" &&
    largest.producer.inputs[0] === x;
  return isShifted && x ? x : scores;
}
