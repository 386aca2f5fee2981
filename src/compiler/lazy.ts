/** Makes something when it is first asked for, and gives the same one after. Where making it throws, it is made again. */
export function lazy<Thing extends object>(make: () => Thing): () => Thing {
  let made: Thing | undefined;
  return () => made ??= make();
}
