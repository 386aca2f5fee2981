import { InputError, thrownMessage } from "../base/errors.ts";
import { DEEPEST, endOfString, TOO_DEEP } from "../base/json_text.ts";
import { message, ofFile } from "../base/message.ts";
import { placeIn, type TableRecord } from "./columns.ts";
import type { Line } from "./rows.ts";
import { parseWritten } from "./written_number.ts";

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The records of a JSON Lines file (https://jsonlines.org): one object per line; blank lines are skipped.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is not an object
 */
export function* jsonLines(lines: Iterable<Line>, path: string): Generator<TableRecord> {
  for (const one of lines) {
    if (one.text.trim() === "") continue;
    yield { line: one.line, record: objectOf(parseLine(one, path), one, path) };
  }
}

/**
 * The value of a line of JSON Lines.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is not JSON
 */
export function parseLine(line: Line, path: string): unknown {
  const hint = /^\s*\[/.test(line.text)
    ? "; the file seems to be one JSON array: name it .json"
    : "; each line must be a complete object";
  return parse(line, path, hint);
}

/**
 * The object of a line.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is not an object, or has a key twice
 */
export function objectOf(value: unknown, { line, text }: Line, path: string): JsonObject {
  if (isObject(value)) {
    checkKeys(value, text, `${path}:${line}`);
    return value;
  }
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  const hint = Array.isArray(value) ? "; if the file is one JSON array, name it .json" : "";
  throw new InputError(`${path}:${line}: a line must be an object, got ${kind}${hint}`);
}

/** Whether a value is an object, not a list. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The records of a JSON array of objects, by the lines that they begin on.
 *
 * @param path for messages
 * @throws {InputError} naming the line, where it is not an array of objects
 */
export function* jsonArray(content: string, path: string): Generator<TableRecord> {
  const values = parsedArray(content, path);
  if (!Array.isArray(values)) {
    throw new InputError(`${path}: it must be one array of objects, or one object per line`);
  }
  let at = 0;
  for (const one of elementsOf(content)) {
    const value: unknown = values[at++];
    const { line, element, text } = one;
    const place = placeIn(path, one);
    if (!isObject(value)) {
      throw new InputError(
        message`${place}: the array must hold objects, got ${ofFile(text.trim().slice(0, 40))}`,
      );
    }
    checkKeys(value, text, place);
    yield { line, element, record: value };
  }
}

function parsedArray(content: string, path: string): unknown {
  try {
    return parseWritten(content);
  } catch (error) {
    // The parser does not always report a place: find the invalid element, or what follows the last one.
    for (const one of elementsOf(content)) parse(one, path, "");
    const comma = /,(?=\s*\]\s*$)/.exec(content);
    if (comma !== null) {
      const line = lineAt(content, comma.index);
      throw new InputError(`${path}:${line}: there is a comma after the last element: remove it`, {
        cause: error,
      });
    }
    throw notJson(error, { line: 1, text: content }, path, "");
  }
}

/** @throws {InputError} naming the place, where the text is not JSON */
function parse(one: Element, path: string, hint: string): unknown {
  try {
    return parseWritten(one.text);
  } catch (error) {
    throw notJson(error, one, path, hint);
  }
}

/** Checks that an object has each key once: JSON.parse would silently take the last of several. */
function checkKeys(value: JsonObject, text: string, place: string): void {
  const names = memberNames(text, place);
  if (names.length === Object.keys(value).length) return;
  const known = names.map((name) => String(JSON.parse(name)));
  const twice = known.find((name, at) => known.indexOf(name) < at);
  throw new InputError(
    message`${place}: the object has the key '${ofFile(twice)}' twice: leave one of them out`,
  );
}

const CUT_OFF = "Unexpected end of JSON input";

/** A place that the parser reports is relative to the element's text. */
function notJson(error: unknown, one: Element, path: string, hint: string): InputError {
  const { text } = one;
  const reported = thrownMessage(error);
  if (error instanceof RangeError) {
    return new InputError(`${placeIn(path, one)}: ${TOO_DEEP}`, { cause: error });
  }
  const at = reported === CUT_OFF ? text.length : Number(/ at position (\d+)/.exec(reported)?.[1] ?? 0);
  const after = lineAt(text, at) - 1;
  const place = after > 0 ? `${path}:${one.line + after}` : placeIn(path, one);
  const reason = reported.replace(/ in JSON at position .*$| at position .*$/s, "").replaceAll(/\s+/g, " ");
  const isPython = /[\s:,[](NaN|-?Infinity)\b/.exec(text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""'));
  const why = isPython
    ? `JSON has no ${isPython[1]}, write null`
    : message`it is not JSON (${ofFile(reason)})${hint}`;
  return new InputError(message`${place}: ${why}`, { cause: error });
}

/** The line of an offset in a text, from 1. */
function lineAt(text: string, at: number): number {
  return 1 + [...text.slice(0, at).matchAll(/\r\n|\r|\n/g)].length;
}

/** The quoted keys of an object, as written, in order. @throws {InputError} where it is too deep */
function memberNames(text: string, place: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let string = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const end = endOfString(text, at);
      if (depth === 1) string = text.slice(at, end + 1);
      at = end;
    } else if (sign === "{" || sign === "[") {
      if (++depth > DEEPEST) throw new InputError(`${place}: ${TOO_DEEP}`);
    } else if (sign === "}" || sign === "]") depth--;
    else if (sign === ":" && depth === 1) names.push(string);
  }
  return names;
}

/** The text of an array's element and the line that it begins on; with its number, if others begin on that line. */
interface Element extends Line {
  readonly element?: number | undefined;
}

function* elementsOf(content: string): Generator<Element> {
  let element = 0;
  let before: Line | undefined;
  let isShared = false;
  for (const one of textsOf(content)) {
    const isSame = before?.line === one.line;
    if (before !== undefined) yield isShared || isSame ? { ...before, element } : before;
    before = one, isShared = isSame, element++;
  }
  if (before !== undefined) yield isShared ? { ...before, element } : before;
}

/** The texts of an array's elements, with the lines that they begin on. */
function* textsOf(content: string): Generator<Line> {
  let depth = 0;
  let line = 1;
  let element: { line: number; from: number } | undefined;
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
