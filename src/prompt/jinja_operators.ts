import {
  areEqual,
  compareTexts,
  floatOf,
  isUndefined,
  type JinjaValue,
  kindOf,
  listOf,
  numberIn,
  valueOf,
  written,
} from "./jinja_values.ts";

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
};

/**
 * What Python computes of two values, for all operators but `and` and `or`.
 *
 * @throws where Python refuses it, or computes what is not done here, such as a text that is repeated
 */
export function operate(operator: string, first: JinjaValue, second: JinjaValue): JinjaValue {
  switch (operator) {
    case "==":
      return valueOf(areEqual(first, second));
    case "!=":
      return valueOf(!areEqual(first, second));
    case "~":
      return valueOf(written(first) + written(second));
    case "in":
      return valueOf(holds(second, first));
    case "not in":
      return valueOf(!holds(second, first));
  }
  const [a, b] = [numberIn(first), numberIn(second)];
  const ordered = Object.hasOwn(ORDERS, operator) ? ORDERS[operator] : undefined;
  if (a !== undefined && b !== undefined) {
    if (ordered) return valueOf(ordered(a - b));
    return [first, second].some(({ type }) => type === "FloatValue")
      ? float(operator, a, b)
      : integer(operator, a, b);
  }
  const [ours, theirs] = [first.value, second.value];
  if (typeof ours === "string" && typeof theirs === "string") {
    if (ordered) return valueOf(ordered(compareTexts(ours, theirs)));
    if (operator === "+") return valueOf(ours + theirs);
  }
  if (Array.isArray(ours) && Array.isArray(theirs) && first.type === second.type && operator === "+") {
    return listOf([...ours, ...theirs]);
  }
  throw new Error(`it computes '${operator}' of ${kindOf(first)} and ${kindOf(second)}`);
}

function holds(container: JinjaValue, item: JinjaValue): boolean {
  const { value, type } = container;
  if (Array.isArray(value)) return value.some((one) => areEqual(one, item));
  if (typeof item.value === "string") {
    if (typeof value === "string") return value.includes(item.value);
    if (value instanceof Map && type === "ObjectValue") return value.has(item.value);
  }
  if (isUndefined(container)) return false;
  throw new Error(`it looks for ${kindOf(item)} in ${kindOf(container)}`);
}

function integer(operator: string, a: number, b: number): JinjaValue {
  if (operator === "/") return float(operator, a, b);
  const found = computed(operator, a, b);
  if (!Number.isSafeInteger(found)) throw new Error("it computes integers of more than 53 bits");
  return valueOf(found);
}

function float(operator: string, a: number, b: number): JinjaValue {
  const found = operator === "**" ? NaN : computed(operator, a, b);
  if (!Number.isFinite(found)) throw new Error(`it computes '${operator}' of ${a} and ${b}`);
  return floatOf(found);
}

function computed(operator: string, a: number, b: number): number {
  if (b === 0 && ["/", "//", "%"].includes(operator)) throw new Error("it divides by zero");
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return remainder(a, b);
    case "//":
      return quotient(a, b);
    case "**":
      return b < 0 ? NaN : a ** b;
  }
  throw new Error(`it computes '${operator}'`);
}

/** With the sign of the divisor. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return (rest < 0) === (b < 0) ? rest : rest + b;
}

/** Rounded down, as CPython's `float_floor_div` rounds it. */
function quotient(a: number, b: number): number {
  const rest = a % b;
  const whole = (a - rest) / b - (rest !== 0 && (rest < 0) !== (b < 0) ? 1 : 0);
  if (whole === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(whole);
  return whole - floor > 0.5 ? floor + 1 : floor;
}
