/** Creates a value on first use, and returns the same one afterwards. If creation throws, it is tried again. */
export function lazy<Thing extends object>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => made ??= make();
}
