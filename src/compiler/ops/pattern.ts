import { plainIntegersOf, scalarOf } from "../graph/constants.ts";
import type { Value } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { definitionOf } from "./mod.ts";
import { integerAttribute } from "./op_definition.ts";

/** A form of expression to be recognised in a graph: matches a value or does not, and binds names as it goes. */
export type Pattern = (value: Value, bound: Bindings) => Bindings | undefined;

/** The values of a pattern's names. */
export type Bindings = ReadonlyMap<string, Value>;

/** Any value; the same name twice in a pattern means the same value twice. */
export function any(name: string): Pattern {
  return (value, bound) => {
    const before = bound.get(name);
    return before === undefined ? new Map(bound).set(name, value) : before === value ? bound : undefined;
  };
}

/** A constant vector with this name. */
export function vector(name: string): Pattern {
  return (value, bound) => value.constant?.dims.length === 1 ? any(name)(value, bound) : undefined;
}

/** A one-element constant of about this size. */
export function number(expected: number): Pattern {
  return (value, bound) => {
    const found = scalarOf(value);
    return found !== undefined && Math.abs(found - expected) <= 1e-3 * Math.abs(expected) ? bound : undefined;
  };
}

/** A one-element constant with this name. */
export function scalar(name: string): Pattern {
  return (value, bound) => scalarOf(value) === undefined ? undefined : any(name)(value, bound);
}

/** The result of an operator on these inputs, in either order where the operator is commutative. */
export function op(name: OperatorName, ...inputs: Pattern[]): Pattern {
  return (value, bound) => {
    const node = value.producer;
    if (node?.op !== name || node.outputs[0] !== value) return undefined;
    const orders = definitionOf(name).isCommutative ? [inputs, [...inputs].reverse()] : [inputs];
    for (const order of orders) {
      let found: Bindings | undefined = bound;
      for (const [i, pattern] of order.entries()) {
        const input = node.inputs[i];
        found = found && input ? pattern(input, found) : undefined;
      }
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** The mean over the last axis, which stays. */
export function lastMean(of: Pattern): Pattern {
  return (value, bound) => {
    const node = value.producer;
    const x = node?.inputs[0];
    if (node?.op !== "ReduceMean" || !x || integerAttribute(node, "keepdims", 1) === 0) return undefined;
    const axes = plainIntegersOf(node.inputs[1]);
    const last = axes?.length === 1 && (axes[0] === -1 || axes[0] === x.shape.length - 1);
    return last ? of(x, bound) : undefined;
  };
}

/** The first of several patterns that matches. */
export function either(...patterns: Pattern[]): Pattern {
  return (value, bound) => {
    for (const pattern of patterns) {
      const found = pattern(value, bound);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
