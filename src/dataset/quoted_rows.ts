import { parse } from "@std/csv/parse";
import { FormatError } from "./format_error.ts";
import type { Line, TableRow } from "./rows.ts";
import { thrownMessage } from "../base/errors.ts";

/**
 * Splits lines into fields, which quotes may enclose with line breaks in them (RFC 4180); empty lines between rows are skipped.
 *
 * @param path for messages
 * @throws {FormatError} naming the line, where quotes are misplaced
 */
export function* quotedRows(lines: Iterable<Line>, path: string, delimiter: string): Generator<TableRow> {
  let open: Line[] = [];
  for (const one of lines) {
    if (open.length === 0 && !one.text.includes('"')) {
      if (one.text !== "") yield { line: one.line, fields: one.text.split(delimiter) };
      continue;
    }
    const isEven = quotesIn(one.text) % 2 === 0;
    open.push(one);
    // A row ends on the first line that leaves no quote open: every quote encloses a field or is doubled.
    if (isEven !== (open.length === 1)) continue;
    yield parsed(open, path, delimiter);
    open = [];
  }
  if (open.length > 0) {
    throw new FormatError(
      `${path}:${open[0]!.line}: a quote is opened and never closed`,
      `close it, double it within a quoted field, or set 'quotes: false' where quotes are part of the text`,
    );
  }
}

function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

function parsed(lines: readonly Line[], path: string, delimiter: string): TableRow {
  const { line } = lines[0]!;
  try {
    const [fields = []] = parse(lines.map(({ text }) => text).join("\n"), {
      separator: delimiter,
    }) as string[][];
    return { line, fields };
  } catch (error) {
    // The parser counts lines from the row's first.
    const within = Number(/error on line (\d+), column/.exec(thrownMessage(error))?.[1] ?? 1);
    throw new FormatError(
      `${path}:${line + within - 1}: there is a quote within a field`,
      `quote the field and double the quotes in it, or set 'quotes: false' where quotes are part of the text`,
      { cause: error },
    );
  }
}
