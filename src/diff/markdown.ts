import { markdownCode, markdownTable, markdownText } from "../base/markdown.ts";
import type { Comparison } from "./compare.ts";
import type { Diff } from "./diff.ts";
import { overview, OVERVIEW_HEADER } from "./overview.ts";
import type { Flip } from "./flips.ts";
import { timesText } from "./times.ts";
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
} from "./wording.ts";

/** The number of flips shown in each direction. */
const SHOWN = 10;

/** A diff as Markdown, for example for a pull request. */
export function diffMarkdown(diff: Diff): string {
  const lines = [
    "# softprompt diff",
    "",
    `- A: ${markdownCode(diff.a)}${timesText(diff.times.a)}`,
    `- B: ${markdownCode(diff.b)}${timesText(diff.times.b)}`,
    ...[semanticsSentence(diff)?.en ?? []].flat().flatMap((line) => ["", line]),
    ...overviewLines(diff),
    ...diff.comparisons.flatMap((comparison) => ["", ...comparisonLines(comparison, diff.alpha)]),
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

function comparisonLines(comparison: Comparison, alpha: number): string[] {
  const { variant, flips, experiment, environment } = comparison;
  const differing = Object.entries({ ...experiment, ...environment });
  return [
    ...(variant === "" ? [] : [`## ${markdownText(variant)}`, ""]),
    ...markdownTable(
      metricHeader(alpha),
      metricRows(
        comparison,
        (verdict) => verdict === "no evidence either way" ? verdict : `**${verdict}**`,
      ),
    ),
    "",
    `${pairedSentence(comparison).en} ${detectableSentence(comparison).en}`,
    "",
    ...(differing.length === 0 ? ["Nothing differs in the experiments."] : markdownTable(
      ["differs", "A", "B"],
      differing.map((
        [path, { a, b }],
      ) => [markdownText(path), markdownText(valueText(a)), markdownText(valueText(b))]),
    )),
    ...flipLines(PREDICTIONS_FIXED, flips.fixed),
    ...flipLines(PREDICTIONS_BROKEN, flips.broken),
  ];
}

function flipLines(title: string, flips: readonly Flip[]): string[] {
  const sure = ({ predicted, probability }: Flip["a"]) =>
    `${predicted} ${metricText("accuracy", probability)}`;
  const rows = flips.slice(0, SHOWN).map(({ label, text, a, b }) =>
    [label, sure(a), sure(b), text].map(markdownText)
  );
  const heading = `<summary>${flips.length} ${title}</summary>`;
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
