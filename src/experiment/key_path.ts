/** Keys from the file's root to a value. */
export type KeyPath = readonly (string | number)[];

/** Whether a path leads to, or into, what another one leads to. */
export function isWithin(path: KeyPath, outer: KeyPath): boolean {
  return outer.length <= path.length && outer.every((key, i) => String(key) === String(path[i]));
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(content: unknown, path: KeyPath): unknown {
  const step = (value: unknown, key: string | number): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? Reflect.get(value, key)
      : undefined;
  return path.reduce(step, content);
}
