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
  thing.catch(() => {
    if (made.get(key) === thing) made.delete(key);
  });
  return thing;
}

/**
 * As `memoize`, but only so many things are kept: those that were asked for last.
 *
 * @param made what was made before
 * @param most how many are kept
 */
export function memoizeLatest<Thing>(
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
