import { markdownCode, markdownTable, markdownText } from "../base/markdown.ts";
import type { Comparison } from "./compare.ts";
import { isChange } from "./verdict.ts";
import type { Diff } from "./diff.ts";
import { type DifferingRow, differingRows } from "./differing_rows.ts";
import { overview, OVERVIEW_HEADER } from "./overview.ts";
import type { Flip } from "./flips.ts";
import { timesText } from "./times.ts";
import {
  brokenText,
  detectableSentence,
  fixedText,
  illegalSentence,
  metricHeader,
  metricRows,
  metricText,
  pairedSentence,
  semanticsSentence,
  valueText,
} from "./wording.ts";

/** The number of flips shown in each direction. */
const SHOWN = 10;

/** A diff as Markdown, for example for a pull request. */
export function diffMarkdown(diff: Diff): string {
  const { shared, own } = differingRows(diff.comparisons);
  const illegal = illegalSentence(diff)?.en;
  const lines = [
    "# softprompt diff",
    "",
    `- A: ${markdownCode(diff.a)}${timesText(diff.times.a)}`,
    `- B: ${markdownCode(diff.b)}${timesText(diff.times.b)}`,
    ...[semanticsSentence(diff)?.en ?? []].flat().flatMap((line) => ["", line]),
    ...overviewLines(diff),
    ...(shared.length === 0 ? [] : ["", ...rowLines("differs in all", shared)]),
    ...diff.comparisons.flatMap((comparison, i) => [
      "",
      ...comparisonLines(comparison, own[i] ?? [], shared.length > 0, diff.alpha),
    ]),
    ...(illegal === undefined ? [] : ["", illegal]),
    ...([["A", diff.variantsOnlyInA], ["B", diff.variantsOnlyInB]] as const).flatMap(([side, variants]) =>
      variants.length > 0 ? ["", `Only in ${side}: ${variants.map(markdownCode).join(", ")}`] : []
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** For several comparisons, an overview of all. */
function overviewLines({ comparisons }: Diff): string[] {
  if (comparisons.length === 1) return [];
  const rows = overview(comparisons).map((row) =>
    Object.values({ ...row, variant: markdownText(row.variant) })
  );
  return ["", ...markdownTable(OVERVIEW_HEADER, rows)];
}

/** @param own what differs besides what differs in all comparisons @param hasShared whether there is such a thing */
function comparisonLines(
  comparison: Comparison,
  own: readonly DifferingRow[],
  hasShared: boolean,
  alpha: number,
): string[] {
  const { variant, flips } = comparison;
  return [
    ...(variant === "" ? [] : [`## ${markdownText(variant)}`, ""]),
    ...markdownTable(
      metricHeader(alpha),
      metricRows(
        comparison,
        (verdict) => isChange(verdict) ? `**${verdict}**` : verdict,
      ),
    ),
    "",
    `${pairedSentence(comparison).en} ${detectableSentence(comparison, alpha).en}`,
    ...(own.length > 0
      ? ["", ...rowLines("differs", own)]
      : hasShared
      ? []
      : ["", "Nothing differs in the experiments."]),
    ...flipLines(fixedText(flips), flips.fixed),
    ...flipLines(brokenText(flips), flips.broken),
  ];
}

function rowLines(title: string, rows: readonly DifferingRow[]): string[] {
  const cells = rows.map(([path, { a, b }]) => [path, valueText(a), valueText(b)].map(markdownText));
  return markdownTable([title, "A", "B"], cells);
}

function flipLines(title: string, flips: readonly Flip[]): string[] {
  const sure = ({ predicted, probability }: Flip["a"]) =>
    `${predicted} ${metricText("accuracy", probability)}`;
  const rows = flips.slice(0, SHOWN).map(({ label, text, a, b }) =>
    [label, sure(a), sure(b), text].map(markdownText)
  );
  const heading = `<summary>${title}</summary>`;
  return [
    "",
    "<details>",
    heading,
    "",
    ...markdownTable(["label", "A", "B", "text"], rows),
    "",
    "</details>",
  ];
}
