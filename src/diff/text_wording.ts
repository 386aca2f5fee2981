import { byTextMetric, type TextMetricName } from "../evaluation/text_metric_names.ts";
import { markDifferences, type MarkedPiece } from "../text_metrics/word_difference.ts";
import type { MetricComparison } from "./compare.ts";
import type { ChangedAnswer, TextDiff } from "./text_diff.ts";

/** The metrics' display names. */
export const TEXT_METRIC_NAMES: Readonly<Record<TextMetricName, string>> = {
  exact_match: "exact match",
  token_f1: "token F1",
  rouge_l: "ROUGE-L",
  loss: "loss",
};

/** The cells of each metric: its name, both sides, the difference with its interval, the p-values and the verdict. */
export function textMetricRows({ metrics }: TextDiff): string[][] {
  return Object.values(byTextMetric((name) => {
    const metric = metrics[name];
    return metric && cells(name, metric);
  }));
}

/** Two answers, with the words by which they differ in [brackets]. */
export function bracketed(
  { a, b }: Pick<ChangedAnswer, "a" | "b">,
): { readonly a: string; readonly b: string } {
  const marked = markDifferences(a, b);
  return { a: pieces(marked.a), b: pieces(marked.b) };
}

function cells(
  name: TextMetricName,
  { a, b, delta, interval, p, p_adjusted, verdict }: MetricComparison,
): string[] {
  const value = (one: number) => name === "loss" ? one.toFixed(3) : `${(100 * one).toFixed(1)}%`;
  const change = (one: number) => {
    const text = name === "loss" ? one.toFixed(3) : (100 * one).toFixed(1);
    return one > 0 ? `+${text}` : text;
  };
  const probability = (one: number) => one < 0.001 ? "< 0.001" : one.toFixed(3);
  return [
    TEXT_METRIC_NAMES[name],
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
