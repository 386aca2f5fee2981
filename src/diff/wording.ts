import { leastDetectableAccuracy } from "../evaluation/least_p.ts";
import { metricEntries, type MetricName } from "../evaluation/metric_names.ts";
import type { Bilingual } from "../results/bilingual.ts";
import type { Comparison, MetricComparison } from "./compare.ts";
import type { Verdict } from "./verdict.ts";
import { counted } from "../base/counted.ts";
import type { Diff } from "./diff.ts";
import type { Flips } from "./flips.ts";

/** The metrics' display names. */
export const METRIC_NAMES: Readonly<Record<MetricName, string>> = {
  accuracy: "accuracy",
  macro_f1: "macro F1",
  loss: "loss",
  expected_calibration_error: "calibration error",
  illegal_rate: "illegal answers",
};

/** What the flips in each direction are called. */
export function fixedText({ fixed }: Flips): string {
  return `${counted(fixed.length, "prediction")} fixed (wrong in A, right in B)`;
}

export function brokenText(flips: Flips): string {
  return `${counted(flips.broken.length, "prediction")} broken (right in A, wrong in B)`;
}

/** Metrics that are fractions, shown as percentages. */
const SHARES = new Set<MetricName>(["accuracy", "illegal_rate"]);

/** A value of a metric: `75.4%`, `0.523`. */
export function metricText(metric: MetricName, value: number): string {
  return SHARES.has(metric) ? `${(100 * value).toFixed(1)}%` : value.toFixed(3);
}

/** A difference of a metric, with its sign and without a unit: `+2.3` points for shares, `-0.012` for others. */
export function deltaText(metric: MetricName, value: number): string {
  const text = SHARES.has(metric) ? (100 * value).toFixed(1) : value.toFixed(3);
  return Number(text) === 0 ? text.replace("-", "") : value > 0 ? `+${text}` : text;
}

/** A probability of a test: `0.034`, `< 0.001`. */
function pText(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** A side of a metric with its standard deviation over seeds. */
function sideText(
  metric: MetricName,
  { a, b, a_sd, b_sd }: MetricComparison,
  side: "a" | "b",
): string {
  const [value, sd] = side === "a" ? [a, a_sd] : [b, b_sd];
  return `${metricText(metric, value)}${sd === null ? "" : ` ± ${deltaText(metric, sd).replace("+", "")}`}`;
}

/** A metric's table cells, besides its name and its verdict. */
export interface MetricCells {
  readonly a: string;
  readonly b: string;
  readonly difference: string;
  readonly interval: string;
  readonly p: string;
  /** After Holm's correction; a dash for a description. */
  readonly adjusted: string;
}

/** The ends of the interval of a metric's difference. */
export function intervalEnds(name: MetricName, { interval }: MetricComparison): [low: string, high: string] {
  const [low, high] = interval;
  return [deltaText(name, low), deltaText(name, high)];
}

/** A metric's numbers as text. */
export function metricCells(name: MetricName, metric: MetricComparison): MetricCells {
  return {
    a: sideText(name, metric, "a"),
    b: sideText(name, metric, "b"),
    difference: deltaText(name, metric.delta),
    interval: intervalEnds(name, metric).join(" to "),
    p: pText(metric.p),
    adjusted: metric.p_adjusted === null ? "–" : pText(metric.p_adjusted),
  };
}

/** The rows of a table of metrics. @param verdictText how a verdict is shown */
export function metricRows(
  { metrics }: Comparison,
  verdictText: (verdict: Verdict) => string,
): string[][] {
  return metricEntries(metrics).map(([name, metric]) => [
    METRIC_NAMES[name],
    ...Object.values(metricCells(name, metric)),
    verdictText(metric.verdict),
  ]);
}

/** The headers of a table of metrics. */
export function metricHeader(alpha: number): string[] {
  const level = `${Number((100 * (1 - alpha)).toFixed(3))}%`;
  return ["metric", "A", "B", "difference", `${level} interval`, "p", "p (Holm)", "verdict on B"];
}

/** The sentence on which examples were compared, how they were paired, and over how many runs. */
export function pairedSentence(
  { paired, pairedBy, onlyInA, onlyInB, changed, unclear, seeds }: Comparison,
): Bilingual {
  const missing = [
    [onlyInA, `${onlyInA} only in A`, `仅 A 有 ${onlyInA} 个`],
    [onlyInB, `${onlyInB} only in B`, `仅 B 有 ${onlyInB} 个`],
    [changed, `${changed} with a different text`, `${changed} 个文本不同`],
    [
      unclear,
      `${counted(unclear, "text")} that ${unclear === 1 ? "occurs" : "occur"} a different number of times`,
      `${unclear} 个文本在两方出现次数不同`,
    ],
  ].filter(([count]) => count !== 0);
  const left = missing.length === 0 ? { en: "", zh: "" } : {
    en: ` (${missing.map(([, en]) => en).join(", ")}, excluded)`,
    zh: `（${missing.map(([, , zh]) => zh).join("，")}，未计入）`,
  };
  const by = pairedBy === "id"
    ? { en: "by id", zh: "按 id " }
    : { en: "by text, as their ids differ", zh: "（id 不同）按文本" };
  const runs = ({ length }: readonly number[]) => counted(length, "run");
  return {
    en: `${counted(paired, "test example")} paired ${by.en}${left.en}; ${runs(seeds.a)} in A, ${
      runs(seeds.b)
    } in B${seeds.paired ? ", paired by seed" : ""}.`,
    zh:
      `${paired} 个测试样本${by.zh}成对比较${left.zh}；A 有 ${seeds.a.length} 次运行，B 有 ${seeds.b.length} 次${
        seeds.paired ? "，按种子配对" : ""
      }。`,
  };
}

/**
 * The sentence on the smallest difference that could have been detected. A side whose accuracy is 60% can be beaten by 40 points,
 * and can lose 60.
 *
 * @param alpha the significance level of the tests
 */
export function detectableSentence({ metrics, paired }: Comparison, alpha: number): Bilingual {
  const { a = 1, detectable } = metrics.accuracy ?? {};
  const largest = Math.max(a, 1 - a);
  if (Math.max(detectable ?? 0, leastDetectableAccuracy(paired, alpha)) > largest) {
    return {
      en: `${
        counted(paired, "test example")
      } cannot tell anything about accuracy: even the largest difference that is possible here would hardly be detected.`,
      zh: `只有 ${paired} 个测试样本，无法对准确率下任何结论：即使出现此处可能的最大差异，也难以检出。`,
    };
  }
  if (typeof detectable !== "number") {
    return {
      en: "The sides do not differ, so the smallest detectable difference cannot be estimated.",
      zh: "两方没有差异，因此无法估计能检出多大的差异。",
    };
  }
  const points = (100 * detectable).toFixed(1);
  return {
    en:
      `A difference in accuracy of ${points} points or more would have been detected with 80% probability; this comparison says little about smaller ones.`,
    zh: `准确率相差 ${points} 个百分点以上时，有八成把握检出；更小的差异，这次比较难以判断。`,
  };
}

/**
 * What illegal answers mean, where there are any: tuning compares the logits of the verbalizer's words with each other only.
 *
 * @returns `undefined` where there are none
 */
export function illegalSentence({ comparisons }: Pick<Diff, "comparisons">): Bilingual | undefined {
  if (!comparisons.some(({ metrics: { illegal_rate: rate } }) => rate && rate.a + rate.b > 0)) {
    return undefined;
  }
  return {
    en:
      "Illegal answers are a description: tuning compares the verbalizer's words with each other only, so after a tuned prompt the best word of the whole vocabulary is often none of them. The predicted class is the best of the verbalizer's words in any case.",
    zh:
      "非法回答只作描述：调优时只在标签词之间比较，因此有了调优后的提示，整个词表上的最优词常常不是标签词；预测的类别仍取标签词中的最优者，不受影响。",
  };
}

/** A value of an experiment or an environment, in one line. */
export function valueText(value: unknown): string {
  return value === undefined ? "(none)" : typeof value === "string" ? value : JSON.stringify(value);
}

/** The warning that the two sides' keys have different semantics; `undefined` where they do not. */
export function semanticsSentence({ semantics: { a, b } }: Pick<Diff, "semantics">): Bilingual | undefined {
  if (new Set([...a, ...b]).size === 1) return undefined;
  const [versionsA, versionsB] = [a.join(", "), b.join(", ")];
  return {
    en:
      `The sides were made under different semantics (A: ${versionsA}, B: ${versionsB}): templates, texts and positions had different meanings, which contributes to any difference below.`,
    zh:
      `两侧的语义版本不同（A：${versionsA}，B：${versionsB}）：模板、文本和位置对应的词元不同，下面的任何差异都包含这一点。`,
  };
}
