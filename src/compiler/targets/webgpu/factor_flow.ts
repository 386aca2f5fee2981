import { scalarOf } from "../../graph/constants.ts";
import type { Node, Value } from "../../graph/graph.ts";
import { definitionOf } from "../../ops/mod.ts";
import { type ConstantFactor, constantFactor } from "../constant_factor.ts";

/** The factor that a value still has to be multiplied by to be what it stands for. */
export type FactorOf = (value: Value) => number;

/** What becomes of the factors of a node's inputs. */
export interface Flow {
  /** The factor of its outputs. */
  readonly factor: number;
  /** The inputs that must be multiplied first, by what. */
  readonly owed: ReadonlyMap<number, number>;
  /** A multiplication by a number, which leaves this input as it is. */
  readonly passes?: number;
  /** A product with a weight, which multiplies itself by `alpha` and what is added to it by `beta`. */
  readonly product?: { readonly alpha: number; readonly beta: number };
}

/** Numbers beyond these stay where they are: they keep others in the range of 16 bits, or stand for infinity. */
const [LEAST, MOST] = [2 ** -4, 2 ** 4];

/** Whether two factors are the same but for the rounding of their products. */
export function sameFactor(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-9 * Math.abs(other);
}

/** Where numbers are multiplied. */
export interface FactorPlan {
  /** What products with weights are multiplied by beyond what their inputs owe; 1 where it is not given. */
  readonly scales: ReadonlyMap<Node, number>;
  /** The multiplications by numbers that stay. */
  readonly kept: ReadonlySet<Node>;
}

/** What becomes of factors at a node. */
export function flowAt(node: Node, factorOf: FactorOf, { scales, kept }: FactorPlan): Flow {
  const real = node.inputs.flatMap((input, at) => isReal(input) ? [{ at, factor: factorOf(input) }] : []);
  const constant = kept.has(node) ? undefined : usualFactor(node);
  if (constant !== undefined) {
    const factor = factorOf(node.inputs[constant.at]!) * constant.factor;
    return { factor: sameFactor(factor, 1) ? 1 : factor, owed: NONE, passes: constant.at };
  }
  if (isWeightedProduct(node)) {
    const scale = scales.get(node) ?? 1;
    const [left, , added] = node.inputs.map((input) => isReal(input) ? factorOf(input) : 1);
    const product = { alpha: left! * scale, beta: (added ?? 1) * scale };
    return { factor: 1 / scale, owed: NONE, product };
  }
  const { scalesWith, movement } = definitionOf(node.op);
  const factors = real.map(({ factor }) => factor);
  switch (movement === undefined ? scalesWith : "all") {
    case "each":
      return free(factors.reduce((all, factor) => all * factor, 1));
    case "quotient":
      return free(factors[0]! / factors[1]!);
    case "all": {
      const bound = real.filter(({ at }) => scalarOf(node.inputs[at]) !== 0);
      const common = mostFrequent(bound.map(({ factor }) => factor));
      return owing(bound, common);
    }
    default:
      return owing(real, 1);
  }
}

const NONE: ReadonlyMap<number, number> = new Map();

function free(factor: number): Flow {
  return { factor: sameFactor(factor, 1) ? 1 : factor, owed: NONE };
}

/** All inputs are brought to one factor. */
function owing(inputs: readonly { readonly at: number; readonly factor: number }[], factor: number): Flow {
  const others = inputs.filter((input) => !sameFactor(input.factor, factor));
  return { factor, owed: new Map(others.map((input) => [input.at, input.factor / factor])) };
}

/** Of factors as frequent as others 1, else the first. */
function mostFrequent(factors: readonly number[]): number {
  const count = (factor: number) => factors.filter((other) => sameFactor(other, factor)).length;
  return factors.reduce(
    (best, factor) => count(factor) > count(best) ? factor : best,
    count(1) > 0 ? 1 : factors[0] ?? 1,
  );
}

function isReal(value: Value | null): value is Value {
  return value?.type === "float32";
}

/** The number that a node multiplies one of its inputs by. */
export function usualFactor(node: Node): ConstantFactor | undefined {
  return constantFactor(node, (factor) => Math.abs(factor) >= LEAST && Math.abs(factor) <= MOST);
}

/** Whether a node multiplies rows by a weight, and can multiply the result by a number, too. */
export function isWeightedProduct(node: Node): boolean {
  const [left, weight] = node.inputs;
  return definitionOf(node.op).isMatrixProduct === true && left?.type === "float32" &&
    left.constant === undefined && weight?.constant?.dims.length === 2;
}
