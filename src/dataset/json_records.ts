import { InputError } from "../experiment/errors.ts";
import type { TableRecord } from "./columns.ts";
import type { Line } from "./rows.ts";

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The records of a JSON Lines file (https://jsonlines.org): an object a line; blank lines are left out.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is no object
 */
export function* jsonLines(lines: Iterable<Line>, path: string): Generator<TableRecord> {
  for (const one of lines) {
    if (one.text.trim() === "") continue;
    yield { line: one.line, record: objectOf(parseLine(one, path), one, path) };
  }
}

/**
 * A line of JSON Lines.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is no JSON
 */
export function parseLine({ line, text }: Line, path: string): unknown {
  const hint = /^\s*\[/.test(text)
    ? "; the file seems to be one JSON array: name it .json"
    : "; each line must be a whole object";
  return parse(text, path, line, hint);
}

/**
 * What a line holds as the object that it must be.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is something else, or has a key twice
 */
export function objectOf(value: unknown, { line, text }: Line, path: string): JsonObject {
  if (isObject(value)) {
    checkKeys(value, text, `${path}:${line}`);
    return value;
  }
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  const hint = Array.isArray(value) ? "; where the file is one JSON array, name it .json" : "";
  throw new InputError(`${path}:${line}: a line must be an object, got ${kind}${hint}`);
}

/** Whether a value is an object, and no list. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The records of a JSON array of objects, by the lines that they begin on.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is something else
 */
export function* jsonArray(content: string, path: string): Generator<TableRecord> {
  const values = parsedArray(content, path);
  if (!Array.isArray(values)) {
    throw new InputError(`${path}: it must be one array of objects, or an object a line`);
  }
  let at = 0;
  for (const { line, text } of elementsOf(content)) {
    const value: unknown = values[at++];
    if (!isObject(value)) {
      throw new InputError(`${path}:${line}: the array must hold objects, got ${text.trim().slice(0, 40)}`);
    }
    checkKeys(value, text, `${path}:${line}`);
    yield { line, record: value };
  }
}

function parsedArray(content: string, path: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    // The parser does not always say where: the element that is wrong does.
    for (const { line, text } of elementsOf(content)) parse(text, path, line, "");
    throw notJson(error, content, path, 1, "");
  }
}

/** @throws {InputError} naming the line, where the text is no JSON */
function parse(text: string, path: string, firstLine: number, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error, text, path, firstLine, hint);
  }
}

/** Checks that an object has each key once: of several, the last would be taken without a word. */
function checkKeys(value: JsonObject, text: string, place: string): void {
  const names = memberNames(text);
  if (names.length === Object.keys(value).length) return;
  const known = names.map((name) => String(JSON.parse(name)));
  const twice = known.find((name, at) => known.indexOf(name) < at);
  throw new InputError(`${place}: the object has the key '${twice}' twice: leave one of them out`);
}

const CUT_OFF = "Unexpected end of JSON input";

/** Where the parser says a place, it is one in the text that it was given. */
function notJson(error: unknown, text: string, path: string, firstLine: number, hint: string): InputError {
  const { message } = error as Error,
    at = message === CUT_OFF ? text.length : Number(/ at position (\d+)/.exec(message)?.[1] ?? 0);
  const line = firstLine + [...text.slice(0, at).matchAll(/\r\n|\r|\n/g)].length;
  const said = message.replace(/ in JSON at position .*$| at position .*$/s, "");
  const isPython = /[\s:,[](NaN|-?Infinity)\b/.exec(text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""'));
  const why = isPython ? `JSON has no ${isPython[1]}, write null` : `it is not JSON (${said})${hint}`;
  return new InputError(`${path}:${line}: ${why}`, { cause: error });
}

/** The names of an object's members as they are written, in quotes, in their order. */
function memberNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0, string = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      if (depth === 1) string = text.slice(at, end + 1);
      at = end;
    } else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    else if (sign === ":" && depth === 1) names.push(string);
  }
  return names;
}

/** The texts of an array's elements, by the lines that they begin on. */
function* elementsOf(content: string): Generator<Line> {
  let depth = 0, line = 1, element: { line: number; from: number } | undefined;
  for (let at = 0; at < content.length; at++) {
    const sign = content[at]!;
    if (sign === "\n" || sign === "\r" && content[at + 1] !== "\n") line++;
    if (sign === "}" || sign === "]") depth--;
    if (element !== undefined && (depth === 0 || depth === 1 && sign === ",")) {
      yield { line: element.line, text: content.slice(element.from, at) };
      element = undefined;
    } else if (element === undefined && depth === 1 && !SPACE.has(sign)) element = { line, from: at };
    if (sign === "{" || sign === "[") depth++;
    else if (sign === '"') at = endOfString(content, at);
  }
}

/** https://www.rfc-editor.org/rfc/rfc8259#section-2 */
const SPACE = new Set([" ", "\t", "\n", "\r"]);

/** Where the string ends that begins at a quote; the text's end where it does not. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length - 1;
}
