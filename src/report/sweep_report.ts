import { percent } from "../base/percent.ts";
import { type MetricName, METRICS } from "../evaluation/metric_names.ts";
import { keyLabels } from "../experiment/variant_name.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { EnsembleRow, Spread, Summary, SummaryGroup, SummaryRow } from "../results/summary.ts";
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
import { sweepPlots } from "./sweep_plots.ts";

/**
 * `summary.html` of a batch.
 *
 * @param runs its complete runs by their folders, which a diff of the saved page compares
 */
export function sweepReport(summary: Summary, runs: ReadonlyMap<string, RunRecord>): Promise<string> {
  const plots = sweepPlots(summary);
  const unfinished = [...summary.rows, ...summary.ensembles].filter(({ status }) => status !== "complete");
  return pageHtml({
    title: summary.title,
    runs,
    unfinished: unfinished.map(({ folder }) => folder),
    body: [
      ...(plots.length > 0
        ? [section(
          phrase("plots"),
          ...plots.map((plot) => chart("sweep", together(`${plot.key}: `, phrase("plot_caption")), plot)),
        )]
        : []),
      ...(summary.groups.length > 0 ? [section(phrase("variants"), groupTable(summary))] : []),
      ...(summary.ensembles.length > 0
        ? [section(phrase("ensembles"), ensembleTable(summary.ensembles))]
        : []),
      section(phrase("runs"), runTable(summary.rows)),
    ],
  });
}

function groupTable({ groups, best }: Summary): Html {
  const isMixed = new Set(groups.map(({ experiment }) => experiment)).size > 1;
  const keys = [...new Set(groups.flatMap(({ settings }) => Object.keys(settings)))];
  const labels = keyLabels(keys);
  return table(
    [
      ...(isMixed ? [phrase("experiment")] : []),
      ...labels,
      "",
      termName("seeds"),
      together(phrase("validation"), " ", termName("accuracy")),
      together(phrase("test"), " ", termName("accuracy")),
      termName("mean_interval"),
      ...METRICS.slice(1).map((metric) => together(phrase("test"), " ", termName(metric))),
    ],
    groups.map((group, i) => [
      ...(isMixed ? [group.experiment] : []),
      ...keys.map((key) => setting(group.settings[key])),
      i === best ? new Html(`<span class="better">${htmlOf(phrase("best"))}</span>`) : "",
      seedsCell(group),
      group.validation ? spread("accuracy", group.validation.accuracy) : "",
      spread("accuracy", group.test.accuracy),
      meanInterval(group.test.accuracy),
      ...METRICS.slice(1).map((metric) => {
        const found = group.test[metric];
        return found ? spread(metric, found) : "";
      }),
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

function spread(metric: MetricName, { mean, sd }: Spread): Html {
  const isShare = metric === "accuracy" || metric === "illegal_rate";
  const text = isShare ? percent(mean) : mean.toFixed(3);
  const deviation = sd === null ? "" : isShare ? (100 * sd).toFixed(1) : sd.toFixed(3);
  return sd === null ? number(text, metric) : number(`${text} ± ${deviation}`, "mean", metric);
}

/** The interval of the mean over the seeds. */
function meanInterval({ interval }: Spread): Content {
  return interval ? number(interval.map(percent).join(" – "), "mean_interval") : "";
}

function runTable(rows: readonly SummaryRow[]): Html {
  return table(
    [
      phrase("run"),
      phrase("status"),
      together(phrase("validation"), " ", termName("accuracy")),
      together(phrase("test"), " ", termName("accuracy")),
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
      metrics?.validation ? number(percent(metrics.validation.accuracy.value), "accuracy") : "",
      metrics ? number(percent(metrics.test.accuracy.value), "accuracy") : "",
      metrics ? number(metrics.test.accuracy.interval.map(percent).join(" – "), "interval") : "",
      metrics ? number(metrics.seconds.toFixed(1), "seconds") : "",
      time.slice(0, 16).replace("T", " "),
    ]),
  );
}
