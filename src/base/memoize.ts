/**
 * The value made earlier for a key; where there is none, it is made now. All values are kept; one that fails is tried again on the next call.
 *
 * @param made the values made so far, by key
 */
export function memoize<Thing>(
  made: Map<string, Promise<Thing>>,
  key: string,
  make: () => Promise<Thing>,
): Promise<Thing> {
  const before = made.get(key);
  if (before !== undefined) return before;
  const thing = make();
  made.set(key, thing);
  thing.catch(() => made.delete(key));
  return thing;
}
