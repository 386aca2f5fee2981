/**
 * What was made before under a key, or is made now. All of it is kept; what fails is made again the next time.
 *
 * @param made what was made before
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
