import { counted } from "../base/counted.ts";
import { markdownCode, markdownTable, markdownText } from "../base/markdown.ts";
import { markDifferences, type MarkedPiece } from "../text_metrics/word_difference.ts";
import type { TextDiff } from "./text_diff.ts";
import {
  type ComparedTexts,
  testsSentence,
  textDetectableSentence,
  textPairedSentence,
} from "./text_sentences.ts";
import { textMetricRows } from "./text_wording.ts";
import { metricHeader, valueText } from "./wording.ts";

/** The number of texts with other answers that are shown. */
const SHOWN = 10;

/** A diff of free texts as Markdown, for example for a pull request. */
export function textDiffMarkdown(diff: TextDiff): string {
  const differing = Object.entries({ ...diff.experiment, ...diff.environment });
  const lines = [
    "# softprompt diff",
    "",
    `- A: ${markdownCode(diff.a)}`,
    `- B: ${markdownCode(diff.b)}`,
    "",
    ...comparisonLines(diff),
    "",
    ...(differing.length === 0 ? ["Nothing differs in the experiments."] : markdownTable(
      ["differs", "A", "B"],
      differing.map(([path, { a, b }]) => [path, valueText(a), valueText(b)].map(markdownText)),
    )),
    ...changedLines(diff),
  ];
  return `${lines.join("\n")}\n`;
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
function changedLines({ changed, metrics }: ComparedTexts): string[] {
  if (metrics.token_f1 === undefined) return [];
  const shown = (pieces: readonly MarkedPiece[]) =>
    pieces.map(({ text, differs }) => differs ? `<b>${markdownText(text)}</b>` : markdownText(text)).join("");
  const rows = changed.slice(0, SHOWN).map(({ text, targets, ...answers }) => {
    const { a, b } = markDifferences(answers.a, answers.b);
    return [markdownText(text), markdownText(targets.join(" | ")), shown(a), shown(b)];
  });
  const first = changed.length > SHOWN ? `; the first ${SHOWN}` : "";
  return [
    "",
    "<details>",
    `<summary>${counted(changed.length, "text")} with another answer${first}</summary>`,
    "",
    "Words by which the answers differ are bold.",
    "",
    ...markdownTable(["text", "right answer", "A", "B"], rows),
    "",
    "</details>",
  ];
}
