import type { Comparison, Verdict } from "../diff/compare.ts";
import type { Diff } from "../diff/diff.ts";
import { overview, OVERVIEW_HEADER } from "../diff/overview.ts";
import type { Flip } from "../diff/flips.ts";
import { timesText } from "../diff/times.ts";
import {
  detectableSentence,
  metricHeader,
  metricRows,
  metricText,
  pairedSentence,
  PREDICTIONS_BROKEN,
  PREDICTIONS_FIXED,
  semanticsSentence,
  valueText,
} from "../diff/wording.ts";
import type { Style } from "./style.ts";
import { tableLines } from "./table.ts";

/** The number of flips shown in each direction. */
const SHOWN = 5;

/** The number of characters shown of a differing value. */
const LONGEST_VALUE = 48;

/** A diff for the terminal. */
export function diffText(diff: Diff, style: Style): string[] {
  return [
    `A  ${diff.a}${timesText(diff.times.a)}`,
    `B  ${diff.b}${timesText(diff.times.b)}`,
    ...[semanticsSentence(diff)?.en ?? []].flat(),
    ...overviewLines(diff),
    ...diff.comparisons.flatMap((comparison) => ["", ...comparisonLines(comparison, diff.alpha, style)]),
    ...unpairedLines(diff),
  ];
}

/** For several comparisons, an overview of all. */
function overviewLines({ comparisons }: Diff): string[] {
  if (comparisons.length === 1) return [];
  const rows = overview(comparisons).map((row) => Object.values(row));
  return ["", ...tableLines(OVERVIEW_HEADER, rows)];
}

function comparisonLines(comparison: Comparison, alpha: number, style: Style): string[] {
  const { variant, flips } = comparison;
  return [
    ...(variant === "" ? [] : [style("bold", variant)]),
    ...differenceLines(comparison),
    "",
    ...metricLines(comparison, alpha, style),
    "",
    detectableSentence(comparison).en,
    "",
    ...flipLines(PREDICTIONS_FIXED, flips.fixed),
    ...flipLines(PREDICTIONS_BROKEN, flips.broken),
  ];
}

function differenceLines({ experiment, environment }: Comparison): string[] {
  const rows = Object.entries({ ...experiment, ...environment })
    .map(([path, { a, b }]) => [path, shortened(valueText(a)), shortened(valueText(b))]);
  return rows.length > 0 ? tableLines(["differs", "A", "B"], rows) : ["nothing differs in the experiments"];
}

/** Values with several keys are long; the other formats show them in full. */
function shortened(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

function metricLines(comparison: Comparison, alpha: number, style: Style): string[] {
  const rows = metricRows(comparison, (verdict) => coloured(verdict, style));
  return [...tableLines(metricHeader(alpha), rows), pairedSentence(comparison).en];
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
    `${flips.length} ${title}${flips.length > SHOWN ? `; those with B's highest probability` : ""}`,
    ...flips.slice(0, SHOWN).map(({ label, text, a, b }) =>
      `  [${label}] A ${a.predicted} ${percent(a.probability)}, B ${b.predicted} ${
        percent(b.probability)
      }: ${text}`
    ),
  ];
}

function unpairedLines({ variantsOnlyInA, variantsOnlyInB }: Diff): string[] {
  return [
    ...(variantsOnlyInA.length > 0 ? ["", `only in A: ${variantsOnlyInA.join("; ")}`] : []),
    ...(variantsOnlyInB.length > 0 ? ["", `only in B: ${variantsOnlyInB.join("; ")}`] : []),
  ];
}
