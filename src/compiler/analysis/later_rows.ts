import { ancestors, type Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { isLinear } from "./linear.ts";
import { selectionRules } from "./selection_rules.ts";
import type { TextStart } from "./text_start.ts";
import { hasTokens, isTokens } from "./token_wise.ts";

/**
 * Whether a value that does not depend on a prompt has other numbers for the start of a text than for the whole text. Where its numbers are
 * not known, as those of words, those that it is made of decide.
 *
 * @param active the values that depend on the prompt
 */
export function ofLaterRows(
  active: ReadonlySet<Value>,
  textStart: TextStart,
): (value: Value, isShifted: boolean) => boolean {
  const known = new Map<Value, boolean>();
  const ofParts = (value: Value): boolean => {
    const found = known.get(value) ??
      value.producer?.inputs.some((input) => input !== null && isOf(input, false)) === true;
    known.set(value, found);
    return found;
  };
  const isOf = (value: Value, isShifted: boolean): boolean => {
    if (!isOfTokens(value) || active.has(value)) return false;
    if (isOfAllRows(value) || bendsLength(value)) return true;
    return textStart.differs(value, isShifted) ?? ofParts(value);
  };
  return isOf;
}

/** Whether a value has numbers that depend on a text, or on its length; a shape has none. */
function isOfTokens(value: Value): boolean {
  const isOne = (one: Value) => hasTokens(one) || one.integers?.some(isTokens) === true;
  return value.integers === undefined &&
    [...ancestors(value)].some(({ inputs }) => inputs.some((input) => input !== null && isOne(input)));
}

/** Whether a value is made of a number that all rows of a text decide: the longest position, for example, or the last. */
function isOfAllRows(value: Value): boolean {
  return [...ancestors(value)].some((node) => {
    const { inputs, outputs } = node;
    const isShape = outputs.every(({ integers }) => integers !== undefined);
    if (!isShape && inputs.some((input) => input && hasTokens(input)) && !outputs.some(hasTokens)) {
      return true;
    }
    const kept = new Set(selectionRules(node).map((rule) => rule?.axes[0]));
    return definitionOf(node.op).accumulate !== undefined &&
      inputs[0]?.shape.some((extent, axis) => isTokens(extent) && !kept.has(axis));
  });
}

/**
 * Whether a value is made of a text's length, and of more than sums and products of it, such as a comparison: what the length of a short text
 * gives then says nothing about that of a long one.
 */
function bendsLength(value: Value): boolean {
  return [...ancestors(value)].some((node) => {
    const { inputs, outputs } = node;
    const { compute } = definitionOf(node.op);
    if (outputs.every(({ integers }) => integers !== undefined)) return false;
    if (compute === undefined && outputs.some(hasTokens)) return false;
    return !isLinear(node) && inputs.some((input) => input !== null && isOfLength(input));
  });
}

/** Whether a value's numbers are made of a text's length alone. */
function isOfLength(value: Value): boolean {
  if (value.integers !== undefined) return value.integers.some(isTokens);
  return !hasTokens(value) && value.producer?.inputs.some((input) => input && isOfLength(input)) === true;
}
