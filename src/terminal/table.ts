import stringWidth from "string-width";

/** A table as lines, its columns aligned by display width; line breaks in a cell are shown as escapes. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("\n", "\\n")));
  const widths = header.map((_, column) =>
    all.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? "")), 0)
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell + " ".repeat(widths[i]! - stringWidth(cell))).join("  ").trimEnd();
  const [head = [], ...body] = all;
  return [line(head), widths.map((w) => "-".repeat(w)).join("  "), ...body.map(line)];
}
