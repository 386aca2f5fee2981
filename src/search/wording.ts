import type { Bilingual } from "../base/bilingual.ts";
import { percent } from "../base/percent.ts";
import type { ChoiceWarning, Spread } from "../results/run_files.ts";
import type { SummaryMetric } from "../results/summary.ts";

/** A mean over several seeds, with the standard deviation between them. */
export function spreadText(metric: SummaryMetric, { mean, sd }: Spread): string {
  const deviation = sd === null ? "" : ` ± ${valueText(metric, sd).replace("%", "")}`;
  return `${valueText(metric, mean)}${deviation}`;
}

/** A value of a metric, or a difference of two. */
export function valueText(metric: SummaryMetric, value: number): string {
  switch (metric) {
    case "macro_f1":
    case "loss":
    case "expected_calibration_error":
      return value.toFixed(3);
    case "perplexity":
      return value.toPrecision(4);
    default:
      return percent(value);
  }
}

/** What makes the choice of the best configuration doubtful, in a sentence with the way out. */
export function warningSentence(warning: ChoiceWarning, metric: SummaryMetric): Bilingual {
  const { kind, key = "", value, sd_of_seeds = 0, sd_of_configurations = 0 } = warning;
  const shown = (one: number) => valueText(metric, one);
  switch (kind) {
    case "edge":
      return {
        en: `the best ${key} (${value}) lies at the edge of what was tried: try values beyond`,
        zh: `最佳的 ${key}（${value}）位于所尝试范围的边缘：请尝试更远的值`,
      };
    case "seeds_differ_more":
      return {
        en: `seeds of the best configuration differ by more (standard deviation ${
          shown(sd_of_seeds)
        }) than the configurations that it was chosen from (${
          shown(sd_of_configurations)
        }): which of these is the best is luck; more data or steps make runs differ less`,
        zh: `最佳配置的不同种子之间的差异（标准差 ${shown(sd_of_seeds)}）大于候选配置之间的差异（${
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
