import type { Bilingual } from "../base/bilingual.ts";
import { percent } from "../base/percent.ts";
import type { SearchMetric } from "../experiment/search_file.ts";
import type { SearchRecord, SearchWarning, Spread } from "../results/run_files.ts";

/** A mean over several seeds, with the standard deviation between them. */
export function spreadText(metric: SearchMetric, { mean, sd }: Spread): string {
  const deviation = sd === null ? "" : ` ± ${valueText(metric, sd).replace("%", "")}`;
  return `${valueText(metric, mean)}${deviation}`;
}

/** A value of a metric, or a difference of two. */
export function valueText(metric: SearchMetric, value: number): string {
  switch (metric) {
    case "macroF1":
    case "loss":
      return value.toFixed(3);
    case "perplexity":
      return value.toPrecision(4);
    default:
      return percent(value);
  }
}

/** What makes the outcome of a search doubtful, in a sentence with the way out. */
export function warningSentence(
  warning: SearchWarning,
  { metric }: Pick<SearchRecord, "metric">,
): Bilingual {
  const { kind, key = "", value, sd_of_seeds = 0, sd_of_configurations = 0 } = warning;
  const shown = (one: number) => valueText(metric, one);
  switch (kind) {
    case "edge":
      return {
        en: `the best ${key} (${value}) lies at the edge of what was searched: search further there`,
        zh: `最佳的 ${key}（${value}）位于搜索范围的边缘：请扩大搜索范围`,
      };
    case "seeds_differ_more":
      return {
        en: `fresh seeds of the best configuration differ by more (standard deviation ${
          shown(sd_of_seeds)
        }) than the configurations that it was chosen from (${
          shown(sd_of_configurations)
        }): which of these is the best is luck; more data or steps make runs differ less`,
        zh: `最佳配置的新种子之间的差异（标准差 ${shown(sd_of_seeds)}）大于候选配置之间的差异（${
          shown(sd_of_configurations)
        }）：哪个最好取决于运气；更多的数据或步数可减小差异`,
      };
    case "nothing_learned":
      return {
        en:
          "with no fresh seed is the best configuration better on the validation set than always predicting its most frequent class: nothing was learned; try larger learning rates, more steps, another template or other words",
        zh:
          "最佳配置用任何新种子在验证集上都不优于总是预测最常见的类别：没有学到东西；请尝试更大的学习率、更多步数、其他模板或词语",
      };
  }
}
