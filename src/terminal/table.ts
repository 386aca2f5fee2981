import stringWidth from "string-width";
import { visible } from "../base/visible.ts";
import { STYLE_CODES } from "./style.ts";

/** A table as lines, its columns aligned by display width; control characters in a cell are shown as escapes, and styles stay. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows].map((row) => row.map(inOneLine));
  const widths = header.map((_, column) =>
    all.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? "")), 0)
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell + " ".repeat(widths[i]! - stringWidth(cell))).join("  ").trimEnd();
  const [head = [], ...body] = all;
  return [line(head), widths.map((w) => "-".repeat(w)).join("  "), ...body.map(line)];
}

function inOneLine(cell: string): string {
  return cell.split(STYLE_CODES).map((part, i) => i % 2 === 0 ? visible(part) : part).join("");
}
