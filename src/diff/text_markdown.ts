import { counted } from "../base/counted.ts";
import { markdownCode, markdownTable, markdownText } from "../base/markdown.ts";
import { markDifferences, type MarkedPiece } from "../text_metrics/word_difference.ts";
import { type DifferingRow, differingRows } from "./differing_rows.ts";
import type { TextDiff, TextDiffs } from "./text_diff.ts";
import {
  type ComparedTexts,
  haveGenerated,
  haveSeveralRuns,
  testsSentence,
  textDetectableSentence,
  textPairedSentence,
} from "./text_sentences.ts";
import { textMetricRows } from "./text_wording.ts";
import { metricHeader, valueText } from "./wording.ts";

/** The number of texts with other answers that are shown. */
const SHOWN = 10;

/** A diff of generated texts as Markdown, for example for a pull request. */
export function textDiffMarkdown(
  { comparisons, variantsOnlyInA, variantsOnlyInB, notes }: TextDiffs,
): string {
  const { shared, own } = differingRows(comparisons);
  const [first] = comparisons;
  const lines = [
    "# softprompt diff",
    "",
    `- A: ${markdownCode(first?.a ?? "")}`,
    `- B: ${markdownCode(first?.b ?? "")}`,
    ...notes.flatMap((note) => ["", markdownText(note)]),
    ...(shared.length === 0 ? [] : ["", ...rowLines("differs in all", shared)]),
    ...comparisons.flatMap((one, i) => [
      "",
      ...(one.variant === "" ? [] : [`## ${markdownText(one.variant)}`, ""]),
      ...comparisonLines(one),
      ...differingLines(own[i] ?? [], shared.length > 0),
      ...changedLines(one),
    ]),
    ...([["A", variantsOnlyInA], ["B", variantsOnlyInB]] as const).flatMap(([side, variants]) =>
      variants.length > 0 ? ["", `Only in ${side}: ${variants.map(markdownCode).join(", ")}`] : []
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** @param own what differs besides what differs in all comparisons @param hasShared whether there is such a thing */
function differingLines(own: readonly DifferingRow[], hasShared: boolean): string[] {
  if (own.length > 0) return ["", ...rowLines("differs", own)];
  return hasShared ? [] : ["", "Nothing differs in the experiments."];
}

function rowLines(title: string, rows: readonly DifferingRow[]): string[] {
  const cells = rows.map(([path, { a, b }]) => [path, valueText(a), valueText(b)].map(markdownText));
  return markdownTable([title, "A", "B"], cells);
}

function comparisonLines(compared: TextDiff): string[] {
  const rows = textMetricRows(compared).map((cells) => {
    const verdict = cells.at(-1) ?? "";
    return [...cells.slice(0, -1), ["better", "worse"].includes(verdict) ? `**${verdict}**` : verdict];
  });
  const sentences = [textPairedSentence(compared), textDetectableSentence(compared), testsSentence(compared)];
  return [
    ...markdownTable(metricHeader(compared.alpha), rows),
    "",
    sentences.flatMap((one) => one?.en ?? []).join(" "),
  ];
}

/** The texts with other answers; none where nothing was generated. */
function changedLines({ changed, metrics, seeds }: ComparedTexts): string[] {
  if (!haveGenerated(metrics)) return [];
  const shown = (pieces: readonly MarkedPiece[]) =>
    pieces.map(({ text, differs }) => differs ? `<b>${markdownText(text)}</b>` : markdownText(text)).join("");
  const rows = changed.slice(0, SHOWN).map(({ text, targets, ...answers }) => {
    const { a, b } = markDifferences(answers.a, answers.b);
    return [markdownText(text), markdownText(targets.join(" | ")), shown(a), shown(b)];
  });
  const ofFirst = haveSeveralRuns(seeds) ? " of the first runs" : "";
  const first = changed.length > SHOWN ? `; the first ${SHOWN}` : "";
  return [
    "",
    "<details>",
    `<summary>${counted(changed.length, "text")} with another answer${ofFirst}${first}</summary>`,
    "",
    "Words by which the answers differ are bold.",
    "",
    ...markdownTable(["text", "right answer", "A", "B"], rows),
    "",
    "</details>",
  ];
}
