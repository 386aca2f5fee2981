import { counted } from "../base/counted.ts";
import { TEXT_METRICS, type TextMetricName } from "../evaluation/text_metric_names.ts";
import type { Bilingual } from "../results/bilingual.ts";
import type { TextDiff } from "./text_diff.ts";
import { isPlainTextMetric, TEXT_METRIC_NAMES, textDeltaText } from "./text_wording.ts";

/** What is compared of two runs, whose sentences these are. */
export type ComparedTexts = Pick<
  TextDiff,
  "metrics" | "paired" | "onlyInA" | "onlyInB" | "changed" | "seeds"
>;

/** The metrics' names in Chinese. */
const CHINESE: Readonly<Record<TextMetricName, string>> = {
  exact_match: "精确匹配",
  token_f1: "词 F1",
  rouge_l: "ROUGE-L",
  loss: "损失",
  accuracy: "准确率",
  macro_f1: "宏平均 F1",
  illegal_rate: "非法回答",
};

/** The sentence on which examples were compared, and over how many runs where a side has several. */
export function textPairedSentence({ paired, onlyInA, onlyInB, seeds }: ComparedTexts): Bilingual {
  const isWhole = onlyInA + onlyInB === 0;
  const runs = severalRuns(seeds);
  return {
    en: `${counted(paired, "test example")} paired by id${
      isWhole ? "" : `; ${onlyInA} only in A, ${onlyInB} only in B`
    }${runs.en}.`,
    zh: `${paired} 个测试样本按 id 成对比较${
      isWhole ? "" : `；仅 A 有 ${onlyInA} 个，仅 B 有 ${onlyInB} 个`
    }${runs.zh}。`,
  };
}

/** Whether all runs have generated texts. */
export function haveGenerated({ token_f1, illegal_rate }: ComparedTexts["metrics"]): boolean {
  return token_f1 !== undefined || illegal_rate !== undefined;
}

/** Whether a side has several runs, of which the first one's answers are shown. */
export function haveSeveralRuns({ a, b }: ComparedTexts["seeds"]): boolean {
  return a.length + b.length > 2;
}

function severalRuns(seeds: ComparedTexts["seeds"]): Bilingual {
  if (!haveSeveralRuns(seeds)) return { en: "", zh: "" };
  const { a, b, paired } = seeds;
  return {
    en: `; ${counted(a.length, "run")} in A, ${counted(b.length, "run")} in B${
      paired ? ", paired by seed" : ""
    }`,
    zh: `；A 有 ${a.length} 次运行，B 有 ${b.length} 次${paired ? "，按种子配对" : ""}`,
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

/** The sentence on the smallest difference that could have been detected, in the first metric for which it is known. */
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
  const [points, pointsZh] = isPlainTextMetric(name) ? ["", ""] : [" points", " 个百分点"];
  return {
    en: `A difference in ${
      TEXT_METRIC_NAMES[name]
    } of ${size}${points} or more would have been detected with 80% probability; this comparison says little about smaller ones.`,
    zh: `${CHINESE[name]}相差 ${size}${pointsZh}以上时，有八成把握检出；更小的差异，这次比较难以判断。`,
  };
}
