import { keyLabels } from "../experiment/variant_name.ts";
import type { SearchRecord, SearchTrial, Spread } from "../results/run_files.ts";
import { METRIC_KEYS } from "../search/trial.ts";
import { spreadText, valueText, warningSentence } from "../search/wording.ts";
import {
  chart,
  type Content,
  details,
  Html,
  htmlOf,
  number,
  phrase,
  section,
  setting,
  table,
  termName,
  together,
} from "./html.ts";
import { warningPiece } from "./warning_pieces.ts";
import { bestSoFarChart, parallelChart } from "./search_charts.ts";

/** What a search has tried and found: its best configuration in the search beside the same with fresh seeds, and all that were tried. */
export function searchSection(record: SearchRecord): Html {
  const { trials, warnings = [] } = record;
  const isMeasured = trials.some(({ rungs }) => rungs.length > 0);
  return section(
    phrase("searched"),
    ...warnings.map((warning) => warningPiece(warningSentence(warning, METRIC_KEYS[record.metric]))),
    bestTable(record),
    ...(isMeasured
      ? [
        chart("parallel", phrase("parallel_caption"), parallelChart(record)),
        chart("best_so_far", phrase("best_so_far_caption"), bestSoFarChart(record)),
      ]
      : []),
    details(together(phrase("tried"), ` (${trials.length})`), trialTable(record)),
  );
}

/** The best configuration: its value in the search, which was chosen for being high, and with fresh seeds. */
function bestTable({ space, trials, best, fresh, metric }: SearchRecord): Html {
  const winner = best === undefined ? undefined : trials[best];
  const rung = winner?.rungs.at(-1);
  const term = METRIC_KEYS[metric];
  const value = (text: string): Content => number(text, term);
  const spread = (found: Spread) => value(spreadText(term, found));
  return table(
    [
      ...keyLabels(space.map(({ key }) => key)),
      phrase("tried"),
      together(phrase("validation"), " ", termName(term), ", ", phrase("in_the_search")),
      termName("seeds"),
      together(phrase("validation"), " ", termName(term), ", ", phrase("with_fresh_seeds")),
      together(phrase("test"), " ", termName(term), ", ", phrase("with_fresh_seeds")),
    ],
    [[
      ...space.map(({ key }) => setting(winner?.settings[key])),
      number(String(trials.length), "count"),
      rung === undefined ? "" : value(valueText(term, rung.value)),
      fresh === undefined ? "" : number(String(fresh.seeds.length), "seeds"),
      fresh === undefined ? "" : spread(fresh.validation),
      fresh === undefined ? "" : spread(fresh.test),
    ]],
  );
}

function trialTable({ space, trials, best, metric }: SearchRecord): Html {
  const term = METRIC_KEYS[metric];
  const result = ({ rungs, failure }: SearchTrial): Content[] => {
    const rung = rungs.at(-1);
    return [
      rung === undefined ? "" : number(String(rung.step), "count"),
      failure !== undefined
        ? new Html(`<span class="failed">${htmlOf(failure)}</span>`)
        : rung === undefined
        ? ""
        : number(valueText(term, rung.value), term),
    ];
  };
  return table(
    [
      ...keyLabels(space.map(({ key }) => key)),
      "",
      phrase("step"),
      together(phrase("validation"), " ", termName(term)),
    ],
    trials.map((trial, i) => [
      ...space.map(({ key }) => setting(trial.settings[key])),
      i === best ? new Html(`<span class="better">${htmlOf(phrase("best"))}</span>`) : "",
      ...result(trial),
    ]),
  );
}
