import { visible } from "../base/visible.ts";
import type { Comparison } from "../diff/compare.ts";
import type { Verdict } from "../diff/verdict.ts";
import type { Diff } from "../diff/diff.ts";
import { type DifferingRow, differingRows } from "../diff/differing_rows.ts";
import { overview, OVERVIEW_HEADER } from "../diff/overview.ts";
import type { Flip } from "../diff/flips.ts";
import { timesText } from "../diff/times.ts";
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
} from "../diff/wording.ts";
import type { Style } from "./style.ts";
import { tableLines } from "./table.ts";

/** The number of flips shown in each direction. */
const SHOWN = 5;

/** The number of characters shown of a differing value. */
const LONGEST_VALUE = 48;

/** How a text is shown. */
interface View {
  readonly style: Style;
  /** The terminal's width, where there is one. */
  readonly columns: number | undefined;
}

/** A diff for the terminal. @param columns the terminal's width, where there is one */
export function diffText(diff: Diff, style: Style, columns?: number): string[] {
  const view = { style, columns };
  const { shared, own } = differingRows(diff.comparisons);
  const illegal = illegalSentence(diff)?.en;
  return [
    `A  ${diff.a}${timesText(diff.times.a)}`,
    `B  ${diff.b}${timesText(diff.times.b)}`,
    ...[semanticsSentence(diff)?.en ?? []].flat(),
    ...overviewLines(diff, view),
    ...(shared.length === 0 ? [] : ["", ...rowLines("differs in all", shared, view)]),
    ...diff.comparisons.flatMap((comparison, i) => [
      "",
      ...comparisonLines(comparison, own[i] ?? [], shared.length > 0, diff.alpha, view),
    ]),
    ...(illegal === undefined ? [] : ["", illegal]),
    ...unpairedLines(diff),
  ];
}

/** For several comparisons, an overview of all. */
function overviewLines({ comparisons }: Diff, { columns }: View): string[] {
  if (comparisons.length === 1) return [];
  const rows = overview(comparisons).map((row) => Object.values(row));
  return ["", ...tableLines(OVERVIEW_HEADER, rows, columns)];
}

/** @param own what differs besides what differs in all comparisons @param hasShared whether there is such a thing */
function comparisonLines(
  comparison: Comparison,
  own: readonly DifferingRow[],
  hasShared: boolean,
  alpha: number,
  view: View,
): string[] {
  const { variant, flips } = comparison;
  return [
    ...(variant === "" ? [] : [view.style("bold", variant)]),
    ...differenceLines(own, hasShared, view),
    ...metricLines(comparison, alpha, view),
    "",
    detectableSentence(comparison, alpha).en,
    "",
    ...flipLines(fixedText(flips), flips.fixed),
    ...flipLines(brokenText(flips), flips.broken),
  ];
}

function differenceLines(own: readonly DifferingRow[], hasShared: boolean, view: View): string[] {
  if (own.length > 0) return [...rowLines("differs", own, view), ""];
  return hasShared ? [] : ["nothing differs in the experiments", ""];
}

function rowLines(title: string, rows: readonly DifferingRow[], { columns }: View): string[] {
  const cells = rows.map(([path, { a, b }]) => [path, shortened(valueText(a)), shortened(valueText(b))]);
  return tableLines([title, "A", "B"], cells, columns);
}

/** Values with several keys are long; the other formats show them in full. */
function shortened(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function metricLines(comparison: Comparison, alpha: number, { style, columns }: View): string[] {
  const rows = metricRows(comparison, (verdict) => coloured(verdict, style));
  return [...tableLines(metricHeader(alpha), rows, columns), pairedSentence(comparison).en];
}

function coloured(verdict: Verdict, style: Style): string {
  return verdict === "better"
    ? style("green", verdict)
    : verdict === "worse"
    ? style("red", verdict)
    : verdict;
}

function flipLines(title: string, flips: readonly Flip[]): string[] {
  const percent = (share: number) => metricText("accuracy", share);
  return [
    `${title}${flips.length > SHOWN ? `; those with B's highest probability` : ""}`,
    ...flips.slice(0, SHOWN).map(({ label, text, a, b }) =>
      visible(
        `  [${label}] A ${a.predicted} ${percent(a.probability)}, B ${b.predicted} ${
          percent(b.probability)
        }: ${text}`,
      )
    ),
  ];
}

function unpairedLines({ variantsOnlyInA, variantsOnlyInB }: Diff): string[] {
  return [
    ...(variantsOnlyInA.length > 0 ? ["", `only in A: ${variantsOnlyInA.join("; ")}`] : []),
    ...(variantsOnlyInB.length > 0 ? ["", `only in B: ${variantsOnlyInB.join("; ")}`] : []),
  ];
}
