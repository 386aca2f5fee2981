/// <reference lib="dom" />
import type { ComponentChildren, JSX } from "preact";
import { visibleLines } from "../../base/visible.ts";

/** A table of texts; those of files are shown with their control characters as escapes. */
export function TextTable(
  { header, rows, numeric = [] }: {
    readonly header: readonly ComponentChildren[];
    readonly rows: readonly (readonly ComponentChildren[])[];
    /** The places of columns of numbers. */
    readonly numeric?: readonly number[];
  },
): JSX.Element {
  const kind = (i: number) => numeric.includes(i) ? "numeric" : "";
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>{header.map((cell, i) => <th key={i} class={kind(i)}>{cell}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} class={kind(j)}>{typeof cell === "string" ? visibleLines(cell) : cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
