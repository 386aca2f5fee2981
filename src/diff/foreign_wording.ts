import { counted } from "../base/counted.ts";
import type { Bilingual } from "../results/bilingual.ts";
import type { ForeignComparison, ForeignDiff, ForeignMetric } from "./foreign_diff.ts";
import type { MetricRow } from "./metric_row.ts";

/** A value of a metric: `75.4%` of a share of examples, `0.523` of others. */
export function foreignValueText({ isShare }: Pick<ForeignMetric, "isShare">, value: number): string {
  return isShare ? `${(100 * value).toFixed(1)}%` : value.toFixed(3);
}

/** A difference of a metric with its sign and without a unit: `+2.3` points for shares, `-0.012` for others. */
export function foreignDeltaText({ isShare }: Pick<ForeignMetric, "isShare">, delta: number): string {
  const text = isShare ? (100 * delta).toFixed(1) : delta.toFixed(3);
  return Number(text) === 0 ? text.replace("-", "") : delta > 0 ? `+${text}` : text;
}

/** The ends of the interval of a metric's difference. */
export function foreignEnds(metric: ForeignMetric): string[] {
  return metric.interval.map((end) => foreignDeltaText(metric, end));
}

/** The cells of a metric, as text. */
export function foreignCells(
  name: string,
  metric: ForeignMetric,
): MetricRow {
  const probability = (one: number) => one < 0.001 ? "< 0.001" : one.toFixed(3);
  return [
    name,
    foreignValueText(metric, metric.a),
    foreignValueText(metric, metric.b),
    foreignDeltaText(metric, metric.delta),
    foreignEnds(metric).join(" to "),
    probability(metric.p),
    metric.p_adjusted === null ? "–" : probability(metric.p_adjusted),
    metric.verdict,
  ];
}

/** The cells of each metric of a comparison. */
export function foreignRows({ metrics }: ForeignComparison): string[][] {
  return Object.entries(metrics).map(([name, metric]) => foreignCells(name, metric));
}

/** What is said below the table: which examples were compared, which values are not known, and what was not compared. */
export function foreignSentences(compared: ForeignComparison): Bilingual[] {
  return [
    pairedSentence(compared),
    ...Object.entries(compared.metrics).flatMap(([name, metric]) => unknownSentence(name, metric) ?? []),
    ...notCompared(compared),
    ...directionSentence(compared),
    detectableSentence(compared),
  ];
}

function pairedSentence({ paired, onlyInA, onlyInB, changed, repeats }: ForeignComparison): Bilingual {
  const leftOut = [
    [onlyInA, `${onlyInA} only in A`, `仅 A 有 ${onlyInA} 个`],
    [onlyInB, `${onlyInB} only in B`, `仅 B 有 ${onlyInB} 个`],
    [changed, `${changed} with a different text`, `${changed} 个文本不同`],
  ].filter(([count]) => count !== 0);
  const [en, zh] = leftOut.length === 0 ? ["", ""] : [
    ` (${leftOut.map(([, one]) => one).join(", ")}, excluded)`,
    `（${leftOut.map(([, , one]) => one).join("，")}，未计入）`,
  ];
  const isRepeated = repeats.a + repeats.b > 2;
  return {
    en: `${counted(paired, "example")} paired by id${en}${
      isRepeated ? `; means over up to ${counted(repeats.a, "repeat")} in A and ${repeats.b} in B` : ""
    }.`,
    zh: `${paired} 个样本按 id 成对比较${zh}${
      isRepeated ? `；A 至多 ${repeats.a} 次重复、B 至多 ${repeats.b} 次，取均值` : ""
    }。`,
  };
}

function unknownSentence(name: string, metric: ForeignMetric): Bilingual | undefined {
  const { unknownInA, unknownInB, examples } = metric;
  if (unknownInA + unknownInB === 0) return undefined;
  return {
    en: `${name} is compared on ${
      counted(examples, "example")
    }: it is not known for ${unknownInA} in A and ${unknownInB} in B, which are excluded and count neither as right nor as wrong.`,
    zh:
      `${name} 在 ${examples} 个样本上比较：A 有 ${unknownInA} 个、B 有 ${unknownInB} 个没有该值，未计入，既不算对也不算错。`,
  };
}

function notCompared(
  { metricsOnlyInA, metricsOnlyInB, metricsUnread, metricsUnknown }: ForeignComparison,
): Bilingual[] {
  return [
    [metricsOnlyInA, "Only A has", "仅 A 有"],
    [metricsOnlyInB, "Only B has", "仅 B 有"],
    [
      metricsUnknown,
      "Known of no example on both sides, and not compared:",
      "没有两方都已知的样本，未比较：",
    ],
    [metricsUnread, "No number for each example, and not compared:", "没有逐样本的数值，未比较："],
  ].flatMap(([names, en, zh]) =>
    names!.length === 0
      ? []
      : [{ en: `${en} ${[names].flat().join(", ")}.`, zh: `${zh} ${[names].flat().join("、")}。` }]
  );
}

function directionSentence({ metrics }: ForeignComparison): Bilingual[] {
  const names = Object.entries(metrics).filter(([, { better }]) => better === null).map(([name]) => name);
  if (names.length === 0) return [];
  return [{
    en: `Whether higher values are better is not known of ${names.join(", ")}: no verdict.`,
    zh: `${names.join("、")} 不知是否越高越好，因此不下结论。`,
  }];
}

/** The sentence on the smallest difference that could have been detected, in the first metric for which it is known. */
function detectableSentence({ metrics }: ForeignComparison): Bilingual {
  const [name, metric] = Object.entries(metrics).find(([, { detectable }]) => detectable !== null) ?? [];
  if (name === undefined || metric === undefined || metric.detectable === null) {
    return {
      en: "The sides do not differ, so the smallest detectable difference cannot be estimated.",
      zh: "两方没有差异，因此无法估计能检出多大的差异。",
    };
  }
  if (metric.isShare && metric.detectable > Math.max(metric.a, 1 - metric.a)) {
    return {
      en: `${
        counted(metric.examples, "example")
      } cannot tell anything about ${name}: even the largest difference that is possible here would hardly be detected.`,
      zh:
        `只有 ${metric.examples} 个样本，无法对 ${name} 下任何结论：即使出现此处可能的最大差异，也难以检出。`,
    };
  }
  const size = foreignDeltaText(metric, metric.detectable).replace("+", "");
  return {
    en: `A difference in ${name} of ${size}${
      metric.isShare ? " points" : ""
    } or more would have been detected with 80% probability; this comparison says little about smaller ones.`,
    zh: `${name} 相差 ${size}${
      metric.isShare ? " 个百分点" : ""
    }以上时，有八成把握检出；更小的差异，这次比较难以判断。`,
  };
}

/** The variants that one side lacks, a sentence for each side. */
export function unpairedTexts({ variantsOnlyInA, variantsOnlyInB }: ForeignDiff): string[] {
  return [["A", variantsOnlyInA] as const, ["B", variantsOnlyInB] as const].flatMap(([side, names]) =>
    names.length === 0 ? [] : [`only in ${side}: ${names.join("; ")}`]
  );
}
