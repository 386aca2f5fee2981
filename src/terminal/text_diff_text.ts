import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import type { TextDiff, TextDiffs } from "../diff/text_diff.ts";
import { haveGenerated, haveSeveralRuns, textPairedSentence } from "../diff/text_sentences.ts";
import { bracketed } from "../diff/bracketed.ts";
import { textMetricRows } from "../diff/text_wording.ts";
import { valueText } from "../diff/wording.ts";
import { tableLines } from "./table.ts";

/** The number of texts that are shown. */
const SHOWN = 10;

/** A diff of generated texts for the terminal; words that differ are in [brackets]. @param columns the terminal's width, where there is one */
export function textDiffText(
  { comparisons, variantsOnlyInA, variantsOnlyInB }: TextDiffs,
  columns?: number,
): string[] {
  const [first] = comparisons;
  return [
    `A  ${first?.a ?? ""}`,
    `B  ${first?.b ?? ""}`,
    ...comparisons.flatMap((one) => ["", ...comparisonLines(one, columns)]),
    ...(variantsOnlyInA.length > 0 ? ["", `only in A: ${variantsOnlyInA.join("; ")}`] : []),
    ...(variantsOnlyInB.length > 0 ? ["", `only in B: ${variantsOnlyInB.join("; ")}`] : []),
  ];
}

function comparisonLines(diff: TextDiff, columns: number | undefined): string[] {
  const differing = Object.entries({ ...diff.experiment, ...diff.environment });
  const interval = `${100 * (1 - diff.alpha)}% interval`;
  return [
    ...(diff.variant === "" ? [] : [diff.variant]),
    ...(differing.length === 0 ? ["nothing differs in the experiments"] : tableLines(
      ["differs", "A", "B"],
      differing.map(([path, { a, b }]) => [path, valueText(a), valueText(b)]),
      columns,
    )),
    "",
    ...tableLines(
      ["metric", "A", "B", "difference", interval, "p", "p (Holm)", "verdict on B"],
      textMetricRows(diff),
      columns,
    ),
    textPairedSentence(diff).en,
    ...changedLines(diff),
  ];
}

/** The texts with other answers; none where nothing was generated. */
function changedLines({ changed, metrics, seeds }: TextDiff): string[] {
  if (!haveGenerated(metrics)) return [];
  return [
    "",
    `${counted(changed.length, "text")} with another answer${
      haveSeveralRuns(seeds) ? " of the first runs" : ""
    }${changed.length > SHOWN ? `; the first ${SHOWN}` : ""}`,
    ...changed.slice(0, SHOWN).flatMap((one) => {
      const { a, b } = bracketed(one);
      return [`  ${one.text}`, `    right  ${one.targets.join(" | ")}`, `    A      ${a}`, `    B      ${b}`]
        .map(visible);
    }),
  ];
}
