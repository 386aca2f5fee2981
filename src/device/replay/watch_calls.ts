/** Hears of a method's call once it is over: its name, what it was given, and what it returned. */
type Hears = (name: string, given: readonly unknown[], result: unknown) => void;

/**
 * Watches the calls of one object's methods, and of no other of its class.
 *
 * @param names of the methods; by default all
 * @returns ends it
 */
export function watchCalls(
  object: object,
  hears: Hears,
  names: readonly string[] = methodsOf(object),
): () => void {
  for (const name of names) {
    const method: unknown = Reflect.get(object, name);
    if (typeof method !== "function") throw new TypeError(`there is no method '${name}'`);
    const watched = (...given: readonly unknown[]): unknown => {
      const result: unknown = Reflect.apply(method, object, given);
      hears(name, given, result);
      return result;
    };
    Object.defineProperty(object, name, { value: watched, configurable: true });
  }
  return () => {
    for (const name of names) Reflect.deleteProperty(object, name);
  };
}

/** The names of the methods of an object's class. */
function methodsOf(object: object): readonly string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)))
    .filter(([name, { value }]) => typeof value === "function" && name !== "constructor")
    .map(([name]) => name);
}
