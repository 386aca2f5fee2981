/** The deepest allowed nesting of lists and objects: what walks a much deeper value overflows the stack. */
export const DEEPEST = 500;

/** JSON's quotes and brackets, as character codes. */
const CODE = { quote: 0x22, list: 0x5b, listEnd: 0x5d, object: 0x7b, objectEnd: 0x7d } as const;

/** The message about a text that is nested more deeply. */
export const TOO_DEEP = `lists and objects are nested more than ${DEEPEST} deep`;

/**
 * Parses JSON of a limited depth.
 *
 * @throws {SyntaxError} where the text is not JSON, or nested more than 500 deep
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // A shorter text, such as a line of a run's predictions, has no room for more.
  if (text.length > DEEPEST && isTooDeep(text)) throw new SyntaxError(TOO_DEEP);
  return value;
}

/**
 * A key that an object has twice, at any depth: JSON.parse silently takes the last of several.
 *
 * @param text valid JSON
 */
export function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        string = text.slice(at, end + 1);
        at = end;
        break;
      }
      case "{":
      case "[":
        open.push(new Set());
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ":": {
        const key = String(JSON.parse(string));
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
    }
  }
  return undefined;
}

/** The end of the string that begins at a quote; the text's end where the string is not closed. */
export function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length - 1;
}

/** @param text valid JSON */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case CODE.quote:
        at = endOfString(text, at);
        break;
      case CODE.list:
      case CODE.object:
        if (++depth > DEEPEST) return true;
        break;
      case CODE.listEnd:
      case CODE.objectEnd:
        depth--;
    }
  }
  return false;
}
