/**
 * The value made earlier for a key; where there is none, it is made now. All values are kept; where making one fails, the next call
 * tries again.
 *
 * @param made the values made so far, by key
 */
export function memoize<Thing>(
  // deno-lint-ignore signatures/readonly-collections -- values are added to it
  made: Map<string, Promise<Thing>>,
  key: string,
  make: () => Promise<Thing>,
): Promise<Thing> {
  const before = made.get(key);
  if (before !== undefined) return before;
  const thing = make();
  made.set(key, thing);
  thing.catch(() => {
    if (made.get(key) === thing) made.delete(key);
  });
  return thing;
}

/**
 * As `memoize`, but only the values that were requested last are kept.
 *
 * @param made the values made so far, by key
 * @param most the number of values that are kept
 */
export function memoizeLatest<Thing>(
  // deno-lint-ignore signatures/readonly-collections -- values are added to it
  made: Map<string, Promise<Thing>>,
  most: number,
  key: string,
  make: () => Promise<Thing>,
): Promise<Thing> {
  const thing = memoize(made, key, make);
  // A Map keeps the order in which its keys were set.
  made.delete(key);
  made.set(key, thing);
  for (const oldest of [...made.keys()].slice(0, -most)) made.delete(oldest);
  return thing;
}
