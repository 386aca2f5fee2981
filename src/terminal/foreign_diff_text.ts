import { visible } from "../base/visible.ts";
import { differingRows } from "../diff/differing_rows.ts";
import type { ForeignDiff } from "../diff/foreign_diff.ts";
import { foreignRows, foreignSentences, unpairedTexts } from "../diff/foreign_wording.ts";
import { metricHeader, valueText } from "../diff/wording.ts";
import { tableLines } from "./table.ts";

/** A diff of another program's results for the terminal. @param columns the terminal's width, where there is one */
export function foreignDiffText(diff: ForeignDiff, columns?: number): string[] {
  const { shared, own } = differingRows(diff.comparisons);
  const differing = (title: string, rows: typeof shared) =>
    rows.length === 0 ? [] : [
      ...tableLines(
        [title, "A", "B"],
        rows.map(([path, { a, b }]) => [path, valueText(a), valueText(b)]),
        columns,
      ),
      "",
    ];
  return [
    `A  ${diff.a}`,
    `B  ${diff.b}`,
    `results of ${diff.program}`,
    "",
    ...differing("differs in all", shared),
    ...diff.comparisons.flatMap((compared, i) => [
      ...(i === 0 ? [] : [""]),
      ...(compared.variant === "" ? [] : [visible(compared.variant)]),
      ...differing("differs", own[i] ?? []),
      ...tableLines(metricHeader(diff.alpha), foreignRows(compared), columns),
      ...foreignSentences(compared).map(({ en }) => visible(en)),
    ]),
    ...unpairedTexts(diff).flatMap((line) => ["", visible(line)]),
  ];
}
