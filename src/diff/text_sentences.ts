import { counted } from "../base/counted.ts";
import type { MetricName } from "../evaluation/metric_names.ts";
import { TEXT_METRICS, type TextMetricName } from "../evaluation/text_metric_names.ts";
import type { Bilingual } from "../results/bilingual.ts";
import type { TextDiff } from "./text_diff.ts";
import { TEXT_METRIC_NAMES } from "./text_wording.ts";

/** What is compared of two runs, whose sentences these are. */
export type ComparedTexts = Pick<TextDiff, "metrics" | "paired" | "onlyInA" | "onlyInB" | "changed">;

/** The metrics' names in Chinese. */
const CHINESE: Readonly<Record<TextMetricName | MetricName, string>> = {
  exact_match: "精确匹配",
  token_f1: "词 F1",
  rouge_l: "ROUGE-L",
  loss: "损失",
  accuracy: "准确率",
  macro_f1: "宏平均 F1",
  expected_calibration_error: "校准误差",
  illegal_rate: "非法回答",
};

/** A difference of a metric with its sign: in points for shares. */
export function textDeltaText(name: TextMetricName, delta: number): string {
  const text = name === "loss" ? delta.toFixed(3) : (100 * delta).toFixed(1);
  return Number(text) === 0 ? text.replace("-", "") : delta > 0 ? `+${text}` : text;
}

/** The sentence on which examples were compared. */
export function textPairedSentence({ paired, onlyInA, onlyInB }: ComparedTexts): Bilingual {
  const isWhole = onlyInA + onlyInB === 0;
  return {
    en: `${counted(paired, "test example")} paired by id${
      isWhole ? "" : `; ${onlyInA} only in A, ${onlyInB} only in B`
    }.`,
    zh: `${paired} 个测试样本按 id 成对比较${
      isWhole ? "" : `；仅 A 有 ${onlyInA} 个，仅 B 有 ${onlyInB} 个`
    }。`,
  };
}

/** The sentence on how the metrics were tested; `undefined` where the loss is the only one. */
export function testsSentence({ metrics }: ComparedTexts): Bilingual | undefined {
  const exact = TEXT_METRICS.find((name) => metrics[name]?.test === "exact McNemar");
  return exact && {
    en: `McNemar's exact test for ${TEXT_METRIC_NAMES[exact]}, a paired bootstrap for the others.`,
    zh: `${CHINESE[exact]}用精确 McNemar 检验，其余指标用成对自助法。`,
  };
}

/** The sentence on the smallest difference that could have been detected, in the first metric for which that can be told. */
export function textDetectableSentence({ metrics }: ComparedTexts): Bilingual {
  const name = TEXT_METRICS.find((one) => typeof metrics[one]?.detectable === "number");
  const detectable = name && metrics[name]?.detectable;
  if (name === undefined || typeof detectable !== "number") {
    return {
      en: "The sides do not differ, so the smallest detectable difference cannot be estimated.",
      zh: "两方没有差异，因此无法估计能检出多大的差异。",
    };
  }
  const size = textDeltaText(name, detectable).replace("+", "");
  const [points, pointsZh] = name === "loss" ? ["", ""] : [" points", " 个百分点"];
  return {
    en: `A difference in ${
      TEXT_METRIC_NAMES[name]
    } of ${size}${points} or more would have been detected with 80% probability; this comparison says little about smaller ones.`,
    zh: `${CHINESE[name]}相差 ${size}${pointsZh}以上时，有八成把握检出；更小的差异，这次比较难以判断。`,
  };
}
