import { JSON_LIMIT, readLimited } from "./read_limited.ts";
import { decodeText, SAVE_AS_UTF8 } from "./decode_text.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { parseJson } from "../base/json_text.ts";
import { message, ofFile } from "../base/message.ts";

/**
 * Reads a JSON object from a file in UTF-8, with or without a byte order mark.
 *
 * @throws {InputError} naming the file, where it contains anything else, or is too large
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = decodeText(await readLimited(path, JSON_LIMIT), path, SAVE_AS_UTF8);
  let found: unknown;
  try {
    found = parseJson(text);
  } catch (error) {
    throw new InputError(message`${path} is not JSON: ${ofFile(onOneLine(thrownMessage(error)))}`, {
      cause: error,
    });
  }
  if (!isObject(found)) {
    const kind = found === null ? "null" : Array.isArray(found) ? "a list" : `a ${typeof found}`;
    throw new InputError(`${path} must contain a JSON object ({…}), but it contains ${kind}`);
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A message, which may quote a piece of the file, on one line. */
function onOneLine(message: string): string {
  return message.replaceAll(/\s+/g, " ");
}
