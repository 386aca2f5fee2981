import type { Place } from "./document.ts";
import { type KeyPath, valueAt } from "./key_path.ts";
import { ConfigValueError, InputError } from "../base/errors.ts";
import { PathTree } from "./path_tree.ts";
import { isText, isTextOrHolder, partAt } from "./schema_part.ts";
import { readYaml } from "./yaml_text.ts";
import { ValueReader } from "./yaml_value.ts";

/** A key set to another value than in the file. */
export interface Override {
  readonly path: KeyPath;
  /** `null` removes the key. */
  readonly value: unknown;
  /** Where the value is written, if it is in the file. */
  readonly place?: Place;
}

/** The largest number of keys in a path: no key of an experiment lies nearly as deep. */
const MOST_KEYS = 100;

/**
 * Reads `prompt.length=5`. Where the key takes a string, the value is that string, with or without quotes; else it is YAML. Where
 * it takes a string or keys, YAML of keys with values is keys (`{ chat: […] }`), and not `{text}`.
 *
 * @throws {InputError} where it has no `=`, or its value cannot be read
 */
export function parseOverride(assignment: string): Override {
  const at = assignment.indexOf("=");
  if (at < 1) {
    throw new InputError(`'${assignment}' sets nothing: write KEY=VALUE, for example prompt.length=5`);
  }
  const path = keyPath(assignment.slice(0, at));
  if (isTooLong(path)) {
    throw new InputError(`--set takes the path of a key, and no key lies ${path.length} keys deep`);
  }
  const written = assignment.slice(at + 1);
  const part = partAt(path);
  const isQuoted = /^\s*["']/.test(written);
  const isRemoved = /^\s*(?:null|~)?\s*$/i.test(written);
  const { document, lines, problems } = readYaml(written);
  const reader = new ValueReader(document, written, lines);
  const value = problems.length > 0 ? undefined : reader.read(part);
  const isHolder = isTextOrHolder(part) && hasValues(value);
  if (isText(part) && !isHolder && !isQuoted && !isRemoved) return { path, value: written };
  const [problem] = [...problems, ...reader.problems];
  if (problem === undefined) return { path, value: value ?? null };
  const quoted = isText(part)
    ? "leave the quotes out, or put the whole value in quotes, with those inside it doubled: 'it''s'"
    : "put texts that contain more than words in quotes";
  throw new InputError(`'${assignment}' cannot be read: ${problem.message}: ${quoted}`);
}

/** Whether a value has keys or items, and values at some of them. */
function hasValues(value: unknown): boolean {
  return isContainer(value) && Object.values(value).some((one) => one !== null);
}

/**
 * Reads several assignments.
 *
 * @throws {InputError} where one cannot be read, or where two set the same key, or one a key within the other's
 */
export function parseOverrides(assignments: readonly string[]): Override[] {
  const overrides = assignments.map(parseOverride);
  const twice = setTwice(overrides.map(({ path }) => path));
  if (twice !== undefined) {
    const [first, second] = twice.map((i) => assignments[i]!);
    throw new InputError(`'${first}' and '${second}' set the same key: leave one of them out`);
  }
  return overrides;
}

/** The first two of some keys that are the same, or one within the other; `undefined` where there are none. */
export function setTwice(paths: readonly KeyPath[]): [number, number] | undefined {
  const before = new PathTree();
  for (const [second, path] of paths.entries()) {
    const first = before.around(path) ?? before.within(path)?.first;
    if (first !== undefined) return [first, second];
    before.add(path);
  }
  return undefined;
}

/** The path of a key in dot notation: `prompt.length`. */
export function keyPath(dotted: string): KeyPath {
  return dotted.split(".");
}

/** Whether a path has more keys than that of any key of an experiment. */
export function isTooLong(path: KeyPath): boolean {
  return path.length > MOST_KEYS;
}

/**
 * A file's content with some keys set to other values. The lists and maps that hold these are copied; the rest is shared, so that
 * many variants of a file take little memory.
 *
 * @throws {ConfigValueError} where a path leads through a value that has no keys
 */
export function overridden(content: unknown, overrides: readonly Override[]): unknown {
  const root = { content };
  const copies = new Set<unknown>([root]);
  for (const override of overrides) setAtPath(root, override, copies);
  return root.content;
}

/** @param copies the lists and maps that are copies already, and may be changed */
function setAtPath(root: { content: unknown }, { path, value }: Override, copies: Set<unknown>): void {
  let at: unknown = ownCopy(root, "content", copies);
  for (const [depth, key] of path.entries()) {
    if (!isContainer(at) || Array.isArray(at) && !isItem(at, key)) {
      const why = Array.isArray(at) ? `is a list of ${at.length} items` : "has no keys of its own";
      const message = `'${path.join(".")}' is not a key: '${path.slice(0, depth).join(".")}' ${why}`;
      throw new ConfigValueError([{ path, message }]);
    }
    if (depth < path.length - 1) at = ownCopy(at, key, copies);
    else if (value === null) Reflect.deleteProperty(at, key);
    else define(at, key, value);
  }
}

/** The value of a key as a copy, which takes its place; an empty map where there is none. */
function ownCopy(holder: object, key: string | number, copies: Set<unknown>): unknown {
  const value = valueAt(holder, [key]) ?? {};
  if (copies.has(value) || !isContainer(value)) return value;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copies.add(copy);
  define(holder, key, copy);
  return copy;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Names such as `__proto__` are ordinary keys. */
function define(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, configurable: true, enumerable: true, writable: true });
}

/** Whether a key is the index of an item, or the index after the last. */
function isItem(list: readonly unknown[], key: string | number): boolean {
  return /^(?:0|[1-9]\d*)$/.test(String(key)) && Number(key) <= list.length;
}
