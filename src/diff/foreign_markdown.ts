import { markdownCode, markdownTable, markdownText } from "../base/markdown.ts";
import { isChange } from "./verdict.ts";
import { type DifferingRow, differingRows } from "./differing_rows.ts";
import type { ForeignComparison, ForeignDiff } from "./foreign_diff.ts";
import { foreignCells, foreignSentences, unpairedTexts } from "./foreign_wording.ts";
import { metricHeader, valueText } from "./wording.ts";

/** A diff of another program's results as Markdown, for example for a pull request. */
export function foreignMarkdown(diff: ForeignDiff): string {
  const { shared, own } = differingRows(diff.comparisons);
  const lines = [
    "# softprompt diff",
    "",
    `- A: ${markdownCode(diff.a)}`,
    `- B: ${markdownCode(diff.b)}`,
    `- results of ${diff.program}`,
    ...(shared.length === 0 ? [] : ["", ...rowLines("differs in all", shared)]),
    ...diff.comparisons.flatMap((one, i) => [
      "",
      ...(one.variant === "" ? [] : [`## ${markdownText(one.variant)}`, ""]),
      ...comparisonLines(one, diff.alpha),
      ...(own[i] === undefined || own[i].length === 0 ? [] : ["", ...rowLines("differs", own[i])]),
    ]),
    ...unpairedTexts(diff).flatMap((line) => ["", markdownText(line)]),
  ];
  return `${lines.join("\n")}\n`;
}

function rowLines(title: string, rows: readonly DifferingRow[]): string[] {
  const cells = rows.map(([path, { a, b }]) => [path, valueText(a), valueText(b)].map(markdownText));
  return markdownTable([title, "A", "B"], cells);
}

function comparisonLines(compared: ForeignComparison, alpha: number): string[] {
  const rows = Object.entries(compared.metrics).map(([name, metric]) => {
    const [, ...cells] = foreignCells(name, metric);
    const verdict = isChange(metric.verdict) ? `**${metric.verdict}**` : metric.verdict;
    return [markdownText(name), ...cells.slice(0, -1), verdict];
  });
  return [
    ...markdownTable(metricHeader(alpha), rows),
    "",
    foreignSentences(compared).map(({ en }) => markdownText(en)).join(" "),
  ];
}
