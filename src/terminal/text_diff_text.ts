import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import type { TextDiff, TextDiffs } from "../diff/text_diff.ts";
import { bracketed, textMetricRows } from "../diff/text_wording.ts";
import { valueText } from "../diff/wording.ts";
import { tableLines } from "./table.ts";

/** The number of texts that are shown. */
const SHOWN = 10;

/** A diff of free texts for the terminal; words that differ are in [brackets]. @param columns the terminal's width, where there is one */
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
  const { changed, paired, onlyInA, onlyInB, seeds } = diff;
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
    `${counted(paired, "test example")} paired by id${
      onlyInA + onlyInB > 0 ? `; ${onlyInA} only in A, ${onlyInB} only in B` : ""
    }${severalRuns(diff)}.`,
    "",
    `${counted(changed.length, "text")} with another answer${
      seeds.a.length + seeds.b.length > 2 ? ` of the first runs` : ""
    }${changed.length > SHOWN ? `; the first ${SHOWN}` : ""}`,
    ...changed.slice(0, SHOWN).flatMap((one) => {
      const { a, b } = bracketed(one);
      return [`  ${one.text}`, `    right  ${one.targets.join(" | ")}`, `    A      ${a}`, `    B      ${b}`]
        .map(visible);
    }),
  ];
}

/** How many runs are compared, where a side has several. */
function severalRuns({ seeds: { a, b, paired } }: TextDiff): string {
  if (a.length + b.length === 2) return "";
  return `; ${counted(a.length, "run")} in A, ${counted(b.length, "run")} in B${
    paired ? ", paired by seed" : ""
  }`;
}
