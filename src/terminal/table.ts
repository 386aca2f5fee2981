import { visible } from "../base/visible.ts";
import { displayWidth } from "./display_width.ts";
import { STYLE_CODES } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** What separates columns. */
const GAP = "  ";

/** A column is not made narrower than this: then the table becomes a list. */
const NARROWEST = 12;

/**
 * A table as lines, its columns aligned by display width; control characters in a cell are shown as escapes, and styles stay. Where it
 * is wider than the terminal, the cells of its widest columns take several lines; where that does not suffice, each row becomes a list.
 *
 * @param columns the terminal's width; `undefined` where there is none
 */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number = Infinity,
): string[] {
  const [head = [], ...body] = [header, ...rows].map((row) => row.map(inOneLine));
  const widths = fittingWidths([head, ...body], columns);
  if (widths === undefined) return listLines(head, body, columns);
  const lines = (row: readonly string[]) => rowLines(row, widths);
  return [...lines(head), widths.map((width) => "-".repeat(width)).join(GAP), ...body.flatMap(lines)];
}

/** The widths of a table's columns; `undefined` where they cannot be made to fit. @param rows the header first */
function fittingWidths(rows: readonly (readonly string[])[], columns: number): number[] | undefined {
  const [head = []] = rows;
  const cells = head.map((_, column) => rows.map((row) => row[column] ?? ""));
  const widths = cells.map((column) => widest(column));
  // A cell with a style stays in one line, in which the style ends.
  const least = cells.map((column, i) =>
    column.some((cell) => STYLE_CODES.test(cell)) ? widths[i]! : Math.min(widths[i]!, NARROWEST)
  );
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total() > columns) {
    const slack = widths.map((width, i) => width > least[i]! ? width : 0);
    const largest = slack.indexOf(Math.max(...slack));
    if (slack[largest] === 0) return undefined;
    widths[largest]!--;
  }
  return widths;
}

/** A row, whose cells may take several lines. */
function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = row.map((cell, i) => displayWidth(cell) > widths[i]! ? wrapped(cell, widths[i]!) : [cell]);
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    widths.map((width, i) => {
      const part = cells[i]?.[at] ?? "";
      return part + " ".repeat(width - displayWidth(part));
    }).join(GAP).trimEnd());
}

/** Each row as a list of its cells that are not empty, with their headers. */
function listLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const label = widest(head);
  const room = Math.max(NARROWEST, columns - label - GAP.length);
  return rows.flatMap((row, i) => [
    ...(i > 0 ? [""] : []),
    ...row.flatMap((cell, column) =>
      cell === "" ? [] : rowLines([head[column]!, cell], [label, Math.min(room, displayWidth(cell))])
    ),
  ]);
}

function widest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), 0);
}

function inOneLine(cell: string): string {
  return cell.split(STYLE_CODES).map((part, i) => i % 2 === 0 ? visible(part) : part).join("");
}
