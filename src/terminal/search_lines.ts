import { counted } from "../base/counted.ts";
import { TEXT_METRIC_NAMES } from "../diff/text_wording.ts";
import { METRIC_NAMES } from "../diff/wording.ts";
import type { SearchRecord } from "../results/run_files.ts";
import { METRIC_KEYS } from "../search/trial.ts";
import { spreadText, valueText, warningSentence } from "../search/wording.ts";

/** The names of the metrics that configurations are compared by. */
const NAMES = { ...METRIC_NAMES, ...TEXT_METRIC_NAMES, perplexity: "perplexity" };

/** What a search has found, how sure that is, and what makes it doubtful. @param name the experiment's */
export function searchLines(name: string, record: SearchRecord): string[] {
  const { trials, best, fresh, warnings = [] } = record;
  const winner = best === undefined ? undefined : trials[best];
  const rung = winner?.rungs.at(-1);
  if (winner === undefined || rung === undefined) return [];
  const metric = METRIC_KEYS[record.metric];
  const measured = NAMES[metric];
  const whole = trials.filter(({ rungs, steps }) => rungs.at(-1)?.step === steps).length;
  const failed = trials.filter(({ failure }) => failure !== undefined).length;
  return [
    "",
    `${name}: ${counted(trials.length, "configuration")} tried, ${whole} of them to the end${
      failed > 0 ? `, ${failed} failed` : ""
    }; the best is ${winner.variant}`,
    `  in the search: validation ${measured} ${
      valueText(metric, rung.value)
    } (as the best of many, too good on average)`,
    ...(fresh === undefined ? [] : [
      `  with ${counted(fresh.seeds.length, "fresh seed")}: validation ${measured} ${
        spreadText(metric, fresh.validation)
      }, test ${measured} ${spreadText(metric, fresh.test)}`,
    ]),
    ...warnings.map((warning) => `warning: ${name}: ${warningSentence(warning, metric).en}`),
  ];
}
