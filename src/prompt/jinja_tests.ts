import { isUndefined, type JinjaValue } from "./jinja_values.ts";

function isText(value: string, isChanged: boolean): boolean {
  return !isChanged && /\p{Cased}/u.test(value);
}

/** Jinja's tests where @huggingface/jinja has others. */
const TESTS: Readonly<Record<string, (value: JinjaValue) => boolean>> = {
  number: ({ value }) => typeof value === "number" || typeof value === "boolean",
  iterable: hasElements,
  sequence: hasElements,
  callable: (one) => typeof one.value === "function" || isUndefined(one),
  lower: ({ value }) => typeof value === "string" && isText(value, value !== value.toLowerCase()),
  upper: ({ value }) => typeof value === "string" && isText(value, value !== value.toUpperCase()),
};

function hasElements(one: JinjaValue): boolean {
  const { value, type } = one;
  return typeof value === "string" || Array.isArray(value) || type === "ObjectValue" || isUndefined(one);
}

/** Whether one of these tests holds; `undefined` for the others. */
export function holdsTest(name: string, value: JinjaValue): boolean | undefined {
  return Object.hasOwn(TESTS, name) ? TESTS[name]!(value) : undefined;
}
