import { RandomStream } from "../../src/base/random_stream.ts";
import { type Mutation, mutations } from "./mutate.ts";

/** Of this many copies, one has its bytes damaged, and the others have their values changed. */
const BYTES_EVERY = 5;

/** Values of every type, and those at which numbers, names and texts go wrong. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e308, -0, 2 ** 31, 2 ** 53 + 2],
  ...["", "\0", "\x1b[31m", "a\nb", "../../x", "__proto__", "x".repeat(5000), "\u202e", "(a+)+$", "NaN"],
  ...[[], {}, [null], [[[[[]]]]], { a: { b: { c: {} } } }],
];

/** Names that are no names of keys. */
const KEYS = ["", "__proto__", "constructor", "a/../b", "x\ny", "toString"];

/** Lists and objects nested so deep that recursion ends. */
const DEPTH = 3000;
const DEEP = "= nested deep";

/**
 * A damaged copy of a JSON value: one to three of its values are others, left out, repeated, exchanged, or under another key.
 *
 * @returns the copy, and what was done to it
 */
export function jsonMutant(value: unknown, seed: number): { readonly what: string; readonly value: unknown } {
  const random = new RandomStream(seed, "JSON mutants");
  const root: { value: unknown } = { value: structuredClone(value) };
  const done: string[] = [];
  for (let left = 1 + random.integer(3); left > 0; left--) {
    const holders = holdersWithin(root);
    const holder = oneOf(random, holders);
    const keys = Object.keys(holder);
    if (keys.length === 0) continue;
    const key = oneOf(random, keys);
    const what = change(holder, key, holders, random);
    done.push(`${key} ${what}`);
    // Nothing that is nested so deep can be copied again.
    if (what === DEEP) break;
  }
  return { what: done.join(", "), value: root.value };
}

/**
 * Damages the value that a text stands for, and at times its bytes.
 *
 * @param read the text's value @param write a text of a value
 */
export function valueMutant(
  bytes: Uint8Array,
  seed: number,
  read: (text: string) => unknown = JSON.parse,
  write: (value: unknown) => string = (value) => JSON.stringify(value) ?? "",
): Mutation {
  if (new RandomStream(seed, "bytes or values").integer(BYTES_EVERY) === 0) {
    return mutations(bytes, seed).next().value;
  }
  const { what, value } = jsonMutant(read(new TextDecoder().decode(bytes)), seed);
  return { what, bytes: new TextEncoder().encode(write(value)) };
}

/** A damaged copy of lines of JSON. */
export function linesMutant(bytes: Uint8Array, seed: number): Mutation {
  const read = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line));
  return valueMutant(bytes, seed, read, jsonLines);
}

/** A list as lines of JSON. */
export function jsonLines(value: unknown): string {
  const lines = Array.isArray(value) ? value : [value];
  return lines.map((line) => `${JSON.stringify(line) ?? ""}\n`).join("");
}

/** A list or an object, whose items are seen by their keys. */
type Holder = Record<string, unknown>;

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null;
}

/** An object, and all objects and lists in it. */
function holdersWithin(root: Holder): Holder[] {
  const found: Holder[] = [];
  const left = [root];
  for (let holder = left.pop(); holder !== undefined; holder = left.pop()) {
    found.push(holder);
    for (const item of Object.values(holder)) if (isHolder(item)) left.push(item);
  }
  return found;
}

function change(holder: Holder, key: string, holders: readonly Holder[], random: RandomStream): string {
  const old = holder[key];
  switch (random.integer(7)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      return "left out";
    case 1: {
      const other = oneOf(random, Array.isArray(holder) ? Object.keys(holder) : KEYS);
      Object.defineProperty(holder, other, {
        value: old,
        enumerable: true,
        writable: true,
        configurable: true,
      });
      return `also as ${JSON.stringify(other)}`;
    }
    case 2: {
      const other = oneOf(random, holders);
      const items = Object.values(other);
      holder[key] = items.length > 0 ? structuredClone(oneOf(random, items)) : other;
      return "= a value of elsewhere";
    }
    case 3:
      if (random.integer(10) > 0) break;
      holder[key] = nested(random.integer(2) === 0);
      return DEEP;
    case 4:
      if (typeof old !== "number") break;
      holder[key] = old + random.integer(3) - 1;
      return `= ${holder[key]}`;
  }
  const value = structuredClone(oneOf(random, VALUES));
  holder[key] = value;
  return `= ${JSON.stringify(value)?.slice(0, 40)}`;
}

function nested(inLists: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < DEPTH; i++) value = inLists ? [value] : { a: value };
  return value;
}

function oneOf<Item>(random: RandomStream, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}
