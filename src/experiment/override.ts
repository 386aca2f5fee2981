import { parse as parseYaml } from "yaml";
import type { KeyPath, Place } from "./document.ts";
import { InputError, KeyError } from "./errors.ts";

/** A key set to another value than the file gives it. */
export interface Override {
  readonly path: KeyPath;
  /** `null` removes the key. */
  readonly value: unknown;
  /** Where the value is written, where that is in the file. */
  readonly place?: Place;
}

/**
 * Reads `prompt.length=5`; the value is YAML.
 *
 * @throws {InputError} where it has no `=`
 */
export function parseOverride(assignment: string): Override {
  const at = assignment.indexOf("=");
  if (at < 1) throw new InputError(`'${assignment}' sets nothing: write KEY=VALUE, prompt.length=5 say`);
  return { path: keyPath(assignment.slice(0, at)), value: parseYaml(assignment.slice(at + 1)) };
}

/** The path that dots write: `prompt.length`. */
export function keyPath(dotted: string): KeyPath {
  return dotted.split(".");
}

/**
 * What a file holds, with some keys set to other values.
 *
 * @throws {KeyError} where a path leads through a value that has no keys
 */
export function overridden(content: unknown, overrides: readonly Override[]): unknown {
  const changed = structuredClone(content);
  for (const override of overrides) set(changed, override);
  return changed;
}

function set(content: unknown, { path, value }: Override): void {
  let at = content;
  for (const [depth, key] of path.entries()) {
    if (typeof at !== "object" || at === null) {
      const message = `'${path.join(".")}' is no key: '${
        path.slice(0, depth).join(".")
      }' has no keys of its own`;
      throw new KeyError([{ path, message }]);
    }
    const holder = at as Record<string, unknown>;
    if (depth < path.length - 1) at = holder[key] ??= {};
    else if (value === null) delete holder[key];
    else holder[key] = value;
  }
}
