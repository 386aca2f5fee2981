/**
 * A text that two values of YAML or JSON share exactly if they are equal, whatever the order of their keys; unlike JSON it tells
 * infinities and NaN apart.
 */
export function identity(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(identity).join()}]`;
  if (typeof value === "object" && value !== null) {
    const keys = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${identity(inner)}`);
    return `{${keys.sort().join()}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The last value of a list that an earlier one equals, and the last of these; `undefined` where all differ. */
export function lastRepeated(values: readonly unknown[]): { first: number; second: number } | undefined {
  const owners = new Map<string, number>();
  let found: { first: number; second: number } | undefined;
  for (const [second, value] of values.entries()) {
    const key = identity(value);
    const first = owners.get(key);
    if (first !== undefined) found = { first, second };
    owners.set(key, second);
  }
  return found;
}
