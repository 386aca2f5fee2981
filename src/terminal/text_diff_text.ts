import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import type { TextDiff } from "../diff/text_diff.ts";
import { bracketed, textMetricRows } from "../diff/text_wording.ts";
import { valueText } from "../diff/wording.ts";
import { tableLines } from "./table.ts";

/** The number of texts that are shown. */
const SHOWN = 10;

/** A diff of free texts for the terminal; words that differ are in [brackets]. @param columns the terminal's width, where there is one */
export function textDiffText(diff: TextDiff, columns?: number): string[] {
  const differing = Object.entries({ ...diff.experiment, ...diff.environment });
  const { changed, paired, onlyInA, onlyInB } = diff;
  const interval = `${100 * (1 - diff.alpha)}% interval`;
  return [
    `A  ${diff.a}`,
    `B  ${diff.b}`,
    "",
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
    }.`,
    "",
    `${counted(changed.length, "text")} with another answer${
      changed.length > SHOWN ? `; the first ${SHOWN}` : ""
    }`,
    ...changed.slice(0, SHOWN).flatMap((one) => {
      const { a, b } = bracketed(one);
      return [`  ${one.text}`, `    right  ${one.targets.join(" | ")}`, `    A      ${a}`, `    B      ${b}`]
        .map(visible);
    }),
  ];
}
