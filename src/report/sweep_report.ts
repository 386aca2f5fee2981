import { percent } from "../base/percent.ts";
import { keyLabels } from "../experiment/variant_name.ts";
import type { TextRunRecord } from "../results/read_text_run.ts";
import type { RunRecord } from "../results/read_run.ts";
import {
  type EnsembleRow,
  metricInterval,
  metricValue,
  type RankedBy,
  type Spread,
  type Summary,
  SUMMARY_METRICS,
  type SummaryGroup,
  type SummaryMetric,
  type SummaryRow,
} from "../results/summary.ts";
import {
  breakable,
  chart,
  type Content,
  Html,
  htmlOf,
  link,
  number,
  phrase,
  section,
  setting,
  table,
  termName,
  together,
} from "./html.ts";
import { pageHtml } from "./page.ts";
import { warningSentence } from "../search/wording.ts";
import { warningPiece } from "./warning_pieces.ts";
import { searchSection } from "./search_section.ts";
import { sweepPlots } from "./sweep_plots.ts";

/**
 * `summary.html` of a batch.
 *
 * @param runs its complete runs by their folders, which a diff of the saved page compares @param texts those whose answers are generated
 * @param by the metric of the validation sets that the best variant is chosen by
 */
export function sweepReport(
  summary: Summary,
  runs: ReadonlyMap<string, RunRecord>,
  texts: ReadonlyMap<string, TextRunRecord> = new Map(),
  by: RankedBy = "accuracy",
): Promise<string> {
  const { warnings = [] } = summary;
  const plots = sweepPlots(summary);
  const unfinished = [...summary.rows, ...summary.ensembles].filter(({ status }) => status !== "complete");
  return pageHtml({
    title: summary.title,
    runs,
    texts,
    unfinished: unfinished.map(({ folder }) => folder),
    body: [
      ...(summary.search === undefined ? [] : [searchSection(summary.search)]),
      ...(plots.length > 0
        ? [section(
          phrase("plots"),
          ...plots.map((plot) => chart("sweep", together(`${plot.key}: `, phrase("plot_caption")), plot)),
        )]
        : []),
      ...(summary.groups.length > 0
        ? [section(
          phrase("variants"),
          ...warnings.map((warning) => warningPiece(warningSentence(warning, by))),
          ...groupTables(summary),
        )]
        : []),
      ...(summary.ensembles.length > 0
        ? [section(phrase("ensembles"), ensembleTable(summary.ensembles))]
        : []),
      section(phrase("runs"), ...runTables(summary.rows)),
    ],
  });
}

/** What comes first in a table, with its interval: the first of these that something has. */
const MAIN_METRICS = ["accuracy", "exact_match", "perplexity"] as const;
type MainMetric = typeof MAIN_METRICS[number];

/** A table for each metric that something has as its first; what has none is in the first table. */
function byMain<One>(all: readonly One[], has: (one: One, metric: MainMetric) => boolean) {
  const found = all.map((one) => ({ one, main: MAIN_METRICS.find((metric) => has(one, metric)) }));
  const usual = MAIN_METRICS.find((metric) => found.some(({ main }) => main === metric)) ?? "accuracy";
  return MAIN_METRICS.flatMap((metric) => {
    const own = found.flatMap(({ one, main = usual }) => main === metric ? [one] : []);
    return own.length > 0 ? [{ main: metric, own }] : [];
  });
}

function groupTables({ groups, best }: Summary): Html[] {
  const chosen = best === null ? undefined : groups[best];
  return byMain(groups, ({ test }, metric) => test[metric] !== undefined)
    .map(({ main, own }) => groupTable(main, own, chosen));
}

/** @param best the variant that is best by validation */
function groupTable(main: MainMetric, groups: readonly SummaryGroup[], best: SummaryGroup | undefined): Html {
  const others = SUMMARY_METRICS.filter((metric) =>
    metric !== main && groups.some(({ test }) => test[metric] !== undefined)
  );
  const isMixed = new Set(groups.map(({ experiment }) => experiment)).size > 1;
  const keys = [...new Set(groups.flatMap(({ settings }) => Object.keys(settings)))];
  const labels = keyLabels(keys);
  return table(
    [
      ...(isMixed ? [phrase("experiment")] : []),
      ...labels,
      "",
      termName("seeds"),
      together(phrase("validation"), " ", termName(main)),
      together(phrase("test"), " ", termName(main)),
      termName("mean_interval"),
      ...others.map((metric) => together(phrase("test"), " ", termName(metric))),
    ],
    groups.map((group) => [
      ...(isMixed ? [group.experiment] : []),
      ...keys.map((key) => setting(group.settings[key])),
      group === best ? new Html(`<span class="better">${htmlOf(phrase("best"))}</span>`) : "",
      seedsCell(group),
      spreadCell(main, group.validation?.[main]),
      spreadCell(main, group.test[main]),
      intervalCell(main, group.test[main]?.interval, "mean_interval"),
      ...others.map((metric) => spreadCell(metric, group.test[metric])),
    ]),
  );
}

/** Best single, average and ensemble, as in table 3 of Lester et al. 2021. */
function ensembleTable(rows: readonly EnsembleRow[]): Html {
  const header = ["prompts", "average", "best_single", "all_together"] as const;
  return table(
    [phrase("run"), ...header.map((name) => phrase(name)), termName("interval")],
    rows.map(({ experiment, variant, folder, metrics, ensemble, ...row }) => [
      new Html(
        `<a href="${htmlOf(encodeURI(folder))}/report.html">${htmlOf(breakable(variant || experiment))}</a>`,
      ),
      ...(ensemble && metrics
        ? [
          number(String(ensemble.members.length), "count"),
          spread("accuracy", { mean: ensemble.average, sd: ensemble.sd, interval: null }),
          number(percent(ensemble.best), "accuracy"),
          number(percent(ensemble.ensemble), "accuracy"),
          number(metrics.test.accuracy.interval.map(percent).join(" – "), "interval"),
        ]
        : [
          new Html(`<span class="failed">${htmlOf(row.error ?? phrase("missing"))}</span>`),
          "",
          "",
          "",
          "",
        ]),
    ]),
  );
}

function seedsCell({ seeds, missing }: SummaryGroup): Content {
  const count = number(String(seeds.length), "seeds");
  return missing === 0
    ? count
    : together(count, new Html(` <span class="failed">${missing} ${htmlOf(phrase("missing"))}</span>`));
}

/** The metrics that are shares of examples. */
const SHARES: ReadonlySet<SummaryMetric> = new Set([
  "accuracy",
  "illegal_rate",
  "exact_match",
  "token_f1",
  "rouge_l",
]);

function valueText(metric: SummaryMetric, value: number): string {
  if (SHARES.has(metric)) return percent(value);
  return metric === "perplexity" ? value.toPrecision(4) : value.toFixed(3);
}

function spread(metric: SummaryMetric, { mean, sd }: Spread): Html {
  const text = valueText(metric, mean);
  if (sd === null) return number(text, metric);
  return number(`${text} ± ${SHARES.has(metric) ? (100 * sd).toFixed(1) : sd.toFixed(3)}`, "mean", metric);
}

function spreadCell(metric: SummaryMetric, found: Spread | undefined): Content {
  return found ? spread(metric, found) : "";
}

/** @param of what it is an interval of: a run's metric, or the mean over the seeds */
function intervalCell(
  metric: SummaryMetric,
  interval: readonly number[] | null | undefined,
  of: "interval" | "mean_interval",
): Content {
  return interval ? number(interval.map((end) => valueText(metric, end)).join(" – "), of) : "";
}

function valueCell(metric: SummaryMetric, value: number | undefined): Content {
  return value === undefined ? "" : number(valueText(metric, value), metric);
}

function runTables(rows: readonly SummaryRow[]): Html[] {
  const has = ({ metrics }: SummaryRow, metric: MainMetric) =>
    metrics !== undefined && metricInterval(metrics.test, metric) !== undefined;
  return byMain(rows, has).map(({ main, own }) => runTable(main, own));
}

function runTable(main: MainMetric, rows: readonly SummaryRow[]): Html {
  return table(
    [
      phrase("run"),
      phrase("status"),
      together(phrase("validation"), " ", termName(main)),
      together(phrase("test"), " ", termName(main)),
      termName("interval"),
      termName("seconds"),
      phrase("ended"),
    ],
    rows.map(({ experiment, variant, status, metrics, error, folder, time = "" }) => [
      metrics === undefined
        ? breakable(variant || experiment)
        : link(`${folder}/report.html`, breakable(variant || experiment)),
      status === "complete" ? phrase(status) : new Html(
        `<span class="${status === "failed" ? "failed" : "soft"}">${htmlOf(phrase(status))}</span>${
          error === undefined ? "" : ` <span class="soft">${htmlOf(error)}</span>`
        }`,
      ),
      valueCell(main, metrics?.validation && metricValue(metrics.validation, main)),
      valueCell(main, metrics && metricValue(metrics.test, main)),
      intervalCell(main, metrics && metricInterval(metrics.test, main), "interval"),
      metrics ? number(metrics.seconds.toFixed(1), "seconds") : "",
      time.slice(0, 16).replace("T", " "),
    ]),
  );
}
