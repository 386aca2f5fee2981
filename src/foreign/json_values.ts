import { createHash } from "node:crypto";
import { isObject, type JsonObject } from "../base/json_object.ts";
import { endOfString, parseJson } from "../base/json_text.ts";

/** The value of a key of an object; `undefined` where there is no object, or it has no such key of its own. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

/** What Python's `json` writes besides JSON: numbers that are not finite. */
const NOT_FINITE = /-?Infinity|NaN/y;

/**
 * Parses JSON as Python's `json` writes it, in which numbers that are not finite stand as `NaN` and `Infinity`: they become `null`.
 *
 * @throws {SyntaxError} where the text is neither JSON nor that
 */
export function parsePythonJson(text: string): unknown {
  return parseJson(/NaN|Infinity/.test(text) ? withoutNotFinite(text) : text);
}

function withoutNotFinite(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      at = endOfString(text, at);
      continue;
    }
    NOT_FINITE.lastIndex = at;
    const [found] = NOT_FINITE.exec(text) ?? [];
    if (found === undefined) continue;
    pieces.push(text.slice(from, at), "null");
    from = at + found.length;
    at = from - 1;
  }
  return [...pieces, text.slice(from)].join("");
}

/** A value as JSON with the keys of all objects in their order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner: unknown) =>
      isObject(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0))
        : inner,
  ) ?? "null";
}

/** The SHA-256 of a value as canonical JSON; `undefined` where there is no value. */
export function hashOf(value: unknown): string | undefined {
  return value === undefined ? undefined : createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** A number, with booleans as 0 and 1; `null` for what is not known; `undefined` for other values. */
export function scoreOf(value: unknown): number | null | undefined {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return value === null ? null : undefined;
}

/** Values by their names, without those that are not there. */
export function present(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );
}
