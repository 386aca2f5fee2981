import type { Builder } from "./builder.ts";
import { sameDimension } from "./dimension.ts";
import { CompileError } from "./errors.ts";
import type { Node, Value } from "./graph.ts";
import { axisOf, integerAttribute, integersAttribute } from "./ops/row.ts";
import { plainIntegersOf } from "./constants.ts";
import { copyNode } from "./rewrite.ts";

/** Operators that hand numbers on as they are, in another type or layout. */
const CARRIERS = new Set(["Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"]);

/** Operators that turn a model's last numbers, one by one, into others. */
const ONE_BY_ONE = new Set([
  "Log",
  "Exp",
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Max",
  "Min",
  "Clip",
  "Neg",
  "Sqrt",
]);

/** What undoes the one or the other form of Softmax, but for numbers that are the same for all words. */
const INVERSES: Readonly<Record<string, string>> = { Log: "Softmax", Exp: "LogSoftmax" };

/**
 * The scores that a model's probabilities of words were made from: a Softmax over the vocabulary at the end, or its
 * logarithm, is left out. Scores that differ by what all words have in common have the same probabilities.
 *
 * @param logits [..., vocabulary]
 * @returns the value itself where it is not made of probabilities
 * @throws {CompileError} where it is made of them in a way that cannot be undone
 */
export function scoresOf(b: Builder, logits: Value): Value {
  return new Undoing(b, logits).of(logits) ?? logits;
}

class Undoing {
  constructor(private readonly b: Builder, private readonly logits: Value) {}

  /** What a value was before the Softmax; `undefined` where there is none. */
  of(value: Value): Value | undefined {
    const node = value.producer, [x] = node?.inputs ?? [];
    if (!node || !x) return undefined;
    if (this.isSoftmax(node)) return x;
    const exponent = this.exponent(node);
    if (exponent) return exponent;
    if (CARRIERS.has(node.op)) {
      const scores = this.of(x);
      return scores && copyNode(this.b, node, [scores, ...node.inputs.slice(1)])[0];
    }
    if (!ONE_BY_ONE.has(node.op)) return undefined;
    const from = node.inputs.filter((input) => input !== null && input.constant === undefined);
    const scores = from.map((input) => this.of(input!)).find((found) => found !== undefined);
    const inner = x.producer;
    if (scores && inner && INVERSES[node.op] === inner.op) return scores;
    if (scores) {
      throw new CompileError(
        `${this.b.source} gives '${this.logits.name}', which ${node.op} makes of the probabilities of words and not of their scores: export it without the Softmax at its end`,
      );
    }
    return undefined;
  }

  private isSoftmax(node: Node): boolean {
    if (node.op !== "Softmax" && node.op !== "LogSoftmax") return false;
    const { shape } = node.outputs[0]!;
    return this.isOverWords(shape, axisOf(integerAttribute(node, "axis", -1), shape.length));
  }

  /** x where a node is eˣ / Σ eˣ, spelled out; what was taken off all of x before is the same for all words. */
  private exponent(node: Node): Value | undefined {
    const [numerator, denominator] = node.inputs, sum = denominator?.producer;
    if (node.op !== "Div" || numerator?.producer?.op !== "Exp" || sum?.op !== "ReduceSum") return undefined;
    const axes = plainIntegersOf(sum.inputs[1]) ?? integersAttribute(sum, "axes");
    const { shape } = numerator, [axis] = axes ?? [];
    const overWords = axes?.length === 1 && this.isOverWords(shape, axisOf(axis!, shape.length));
    if (sum.inputs[0] !== numerator || !overWords) return undefined;
    const [x] = numerator.producer.inputs, shift = x?.producer;
    const isShifted = shift?.op === "Sub" && shift.inputs[1]?.producer?.op === "ReduceMax" &&
      shift.inputs[1].producer.inputs[0] === shift.inputs[0];
    return (isShifted ? shift.inputs[0] : x) ?? undefined;
  }

  private isOverWords(shape: Value["shape"], axis: number): boolean {
    return sameDimension(shape[axis]!, this.logits.shape.at(-1)!);
  }
}
