import { counted } from "../base/counted.ts";
import { visible } from "../base/visible.ts";
import type { MetricComparison } from "../diff/compare.ts";
import type { TextDiff } from "../diff/text_diff.ts";
import { valueText } from "../diff/wording.ts";
import { byTextMetric, type TextMetricName } from "../evaluation/text_metric_names.ts";
import { markDifferences, type MarkedPiece } from "../text_metrics/word_difference.ts";
import { tableLines } from "./table.ts";

/** The number of texts that are shown. */
const SHOWN = 10;

/** The metrics' display names. */
const NAMES: Readonly<Record<TextMetricName, string>> = {
  exact_match: "exact match",
  token_f1: "token F1",
  rouge_l: "ROUGE-L",
  loss: "loss",
};

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
      Object.values(byTextMetric((name) => {
        const metric = diff.metrics[name];
        return metric && cells(name, metric);
      })),
      columns,
    ),
    `${counted(paired, "test example")} paired by id${
      onlyInA + onlyInB > 0 ? `; ${onlyInA} only in A, ${onlyInB} only in B` : ""
    }.`,
    "",
    `${counted(changed.length, "text")} with another answer${
      changed.length > SHOWN ? `; the first ${SHOWN}` : ""
    }`,
    ...changed.slice(0, SHOWN).flatMap(({ text, targets, a, b }) => {
      const marked = markDifferences(a, b);
      return [
        `  ${text}`,
        `    right  ${targets.join(" | ")}`,
        `    A      ${pieces(marked.a)}`,
        `    B      ${pieces(marked.b)}`,
      ].map(visible);
    }),
  ];
}

function cells(name: TextMetricName, { a, b, delta, interval, p, p_adjusted, verdict }: MetricComparison) {
  const value = (one: number) => name === "loss" ? one.toFixed(3) : `${(100 * one).toFixed(1)}%`;
  const change = (one: number) => {
    const text = name === "loss" ? one.toFixed(3) : (100 * one).toFixed(1);
    return one > 0 ? `+${text}` : text;
  };
  const probability = (one: number) => one < 0.001 ? "< 0.001" : one.toFixed(3);
  return [
    NAMES[name],
    value(a),
    value(b),
    change(delta),
    interval.map(change).join(" to "),
    probability(p),
    p_adjusted === null ? "–" : probability(p_adjusted),
    verdict,
  ];
}

function pieces(marked: readonly MarkedPiece[]): string {
  return marked.map(({ text, differs }) => differs ? `[${text}]` : text).join("");
}
