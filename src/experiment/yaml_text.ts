import { type Document, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { codePoint, UNSEEN, type YamlProblem } from "./yaml_value.ts";

/** A text parsed as YAML, or its problems. */
export interface YamlText {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  /** Where it is not YAML: the first error, as later ones mostly follow from it. */
  readonly problems: readonly YamlProblem[];
}

/** Reads YAML 1.2, whatever version the text declares. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  const alone = /\r(?!\n)/.exec(text);
  if (alone !== null) return { document, lines, problems: [carriageReturn(alone.index)] };
  const [error] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  return { document, lines, problems: error === undefined ? [] : [explained(error, document, text)] };
}

/** For YAML the line ends there, for the parser it continues: what follows would become part of a comment or a string. */
function carriageReturn(offset: number): YamlProblem {
  return {
    offset,
    message:
      "the line ends with only a carriage return (CR), as old Mac editors write it: save the file with line ends LF or CRLF",
  };
}

/** A parser error as a problem of the file, with the way out. */
function explained({ code, pos, message }: YAMLError, document: Document.Parsed, text: string): YamlProblem {
  const [offset] = pos;
  // Of the parser's own recursion, and of whatever it calls at its end.
  if (message.includes("call stack")) return { offset, message: "lists or maps are nested too deeply" };
  const found = text.slice(...pos);
  const strange = unseenNear(text, offset);
  if (strange !== undefined) return strange;
  switch (code) {
    case "MULTIPLE_DOCS":
      return {
        offset,
        message: "a second document starts here, and a file holds only one: put it into a file of its own",
      };
    case "TAG_RESOLVE_FAILED":
      return {
        offset,
        message:
          `the tag '${found}' has no meaning here: leave it out, or put quotes around the text that it belongs to`,
      };
    case "BAD_DIRECTIVE":
      return {
        offset,
        message: `'${found}' is not a YAML directive: a line that starts with '%' needs quotes`,
      };
    case "TAB_AS_INDENT":
      return {
        offset,
        message: "there is a tab in the indentation, where YAML takes spaces only: write spaces",
      };
    case "MISSING_CHAR":
      return openQuote(document, offset) ?? unquoted(text, offset) ?? { offset, message: plain(message) };
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return unquoted(text, offset, code === "BLOCK_AS_IMPLICIT_KEY") ??
        { offset, message: "the indentation does not fit here: the keys of one map start in one column" };
    default:
      return unquoted(text, offset) ?? { offset, message: plain(message) };
  }
}

/** The characters that an unquoted value cannot start with, and their meaning in YAML. */
const STARTS: Readonly<Record<string, string>> = {
  "{": "opens a map",
  "[": "opens a list",
  "*": "is an alias",
  "&": "is an anchor",
  "!": "is a tag",
  "|": "opens a text of several lines",
  ">": "opens a text of several lines",
  "%": "is a directive",
  "@": "is reserved",
  "`": "is reserved",
  "-": "is an item of a list",
  "?": "is a key",
  "“": "is a letter, unlike a straight quote",
  "„": "is a letter, unlike a straight quote",
  "‘": "is a letter, unlike a straight quote",
  '"': "opens a quote that ends with the value",
  "'": "opens a quote that ends with the value",
};

/** A key in a line, with its colon and the space after it, which a map or a list does not need. */
const KEY = /(?<=^|[\s{,[])([^\s:{}[\],"']+):(?:[ \t]+(?=\S)|(?=[{[]))/g;

/** Quoted values, which contain no keys. */
const QUOTED = /(?<=^|[\s{,[])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?=[ \t]*(?:[:,}\]]|$))/g;

/** The longest line, in characters, in which such a value is looked for: each key is compared with the rest of its line. */
const LONGEST_LINE = 10_000;

/**
 * The problem of a value that lacks the quotes it needs; `undefined` where no value in the offset's line seems to.
 *
 * @param inBlock whether it is outside braces and brackets, within which more characters end a value
 */
function unquoted(text: string, offset: number, inBlock = false): YamlProblem | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const [line = ""] = text.slice(start).split("\n", 1);
  if (line.length > LONGEST_LINE) return undefined;
  const bare = line.replaceAll(QUOTED, (quoted) => `"${"_".repeat(quoted.length - 2)}"`);
  const keys = [...bare.matchAll(KEY)].map((match) => ({
    key: match[1]!,
    from: match.index,
    value: line.slice(match.index + match[0].length),
    at: match.index + match[0].length,
  }));
  const needs = ({ key, at }: typeof keys[number], why: string) => ({
    offset: start + at,
    message: `the value of '${key}' needs quotes: it ${why}`,
  });
  const split = keys.findIndex(({ at, value }, i) => {
    const next = keys[i + 1];
    return next !== undefined &&
      (inBlock && /^[^{}[\],"']/.test(value) || !/[{}[\],"']/.test(line.slice(at, next.from)));
  });
  const odd = keys.findLastIndex(({ at, value }) => start + at <= offset && startsOddly(value));
  if (split >= 0 && (odd < 0 || split < odd)) {
    const { from, key, at } = keys[split + 1]!;
    const mark = line.slice(from + key.length, at).slice(0, 2);
    return needs(
      keys[split]!,
      `holds '${mark === ":" ? `:${line[at]}` : mark}', which in YAML makes a key of what is before it`,
    );
  }
  if (odd >= 0) {
    const { value: [first = ""] } = keys[odd]!;
    return needs(keys[odd]!, `starts with ${first}, which in YAML ${STARTS[first]}`);
  }
  const last = keys.findLast(({ at }) => start + at <= offset);
  const mark = last && endWithin(last.value);
  return last && mark !== undefined
    ? needs(last, `holds '${mark}', which in YAML ends it within braces or brackets`)
    : undefined;
}

/** The character that ends an unquoted value within a map or a list although words follow that look like part of it. */
function endWithin(value: string): string | undefined {
  return /^[^{}[\],"'][^{}[\],]*([{}[\],]).*[\p{L}\p{N}]/u.exec(value)?.[1];
}

/** Whether an unquoted value starts with a character that has a meaning in YAML, and is not a complete quote, list or map. */
function startsOddly(value: string): boolean {
  if (!Object.hasOwn(STARTS, value[0]!) || /^[-?]\S/.test(value)) return false;
  const quoted = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')/.exec(value)?.[0].length;
  const end = quoted ?? flowEnd(value);
  return end === undefined || !/^\s*(?:[,}\]#]|$)/.test(value.slice(end));
}

/** The end of the map or list that a value opens; the value's length where it is not closed in this line. */
function flowEnd(value: string): number | undefined {
  if (!/^[{[]/.test(value)) return undefined;
  let depth = 0;
  for (const { 0: mark, index } of value.matchAll(/"[^"]*"|'[^']*'|[{}[\]]/g)) {
    depth += /[{[]/.test(mark) ? 1 : /[}\]]/.test(mark) && mark.length === 1 ? -1 : 0;
    if (depth === 0) return index + 1;
  }
  return value.length;
}

/** A character that looks like a space but is not one in YAML, where a key or a value begins. */
const UNSEEN_START = new RegExp(`(?:^|[:,{[-])[ \\t]*(${UNSEEN.source})`, "mu");

/** Such a character in the line of an error, or in the line before. */
function unseenNear(text: string, offset: number): YamlProblem | undefined {
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  const start = line === 0 ? 0 : text.lastIndexOf("\n", line - 2) + 1;
  const end = text.indexOf("\n", offset);
  const near = text.slice(start, end === -1 ? undefined : end);
  const match = UNSEEN_START.exec(near);
  const found = match?.[1];
  if (match === null || found === undefined) return undefined;
  return {
    offset: start + match.index + match[0].length - found.length,
    message: `there is a character ${
      codePoint(found)
    }, which looks like a space or is invisible, but is a letter in YAML: write an ordinary space`,
  };
}

/** A quote that is never closed, where it is opened. */
function openQuote(document: Document.Parsed, offset: number): YamlProblem | undefined {
  let opened: number | undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith("QUOTE") && range && range[0] < offset && offset <= range[1]) opened = range[0];
    },
  });
  return opened === undefined
    ? undefined
    : { offset: opened, message: "the quote that opens here is never closed" };
}

/** The parser's own message. */
function plain(message: string): string {
  return `not valid YAML: ${message.slice(0, 1).toLowerCase()}${message.slice(1).replaceAll("\n", " ")}`;
}
