import { COMMAND } from "../base/called_as.ts";
import { join } from "@std/path";
import type { WrittenSummary } from "../batch/write_summaries.ts";
import { counted } from "../base/counted.ts";
import { TEXT_METRIC_NAMES, textMetricText } from "../diff/text_wording.ts";
import { METRIC_NAMES, metricText } from "../diff/wording.ts";
import type { RankedGroup } from "../results/summarize.ts";
import { groupKey, type RankedBy, type SummaryGroup } from "../results/summary.ts";
import { warningSentence } from "../search/wording.ts";
import { quoted } from "../base/quoted.ts";

/** The number of reports that are listed. */
const MOST_REPORTS = 3;

/**
 * What can be looked at after some runs, and what they can be compared with.
 *
 * @param paths the folders of the runs that are complete
 * @param other the folder of a run that the only one can be compared with, if there is one
 */
export function nextSteps(paths: readonly string[], other: string | undefined): string[] {
  const [first, last] = [paths[0], paths.at(-1)];
  if (first === undefined || last === undefined) return [];
  const a = paths.length > 1 ? first : other;
  return [
    "",
    ...(paths.length > MOST_REPORTS
      ? ["reports: report.html in each of these folders"]
      : paths.map((path) => `report: ${join(path, "report.html")}`)),
    a === undefined
      ? `next: ${COMMAND} diff RUN ${quoted(last)} compares it with another run`
      : diffLine(a, last),
  ];
}

/** The pages of a batch's summaries, its best variant, and what that can be compared with. */
export function summaryLines(written: readonly WrittenSummary[]): string[] {
  const last = written.at(-1);
  if (last === undefined) return [];
  const [best, second] = last.ranking;
  return [
    "",
    `summary: ${written.map(({ page }) => page).join(", ")}`,
    ...(best === undefined || second === undefined ? [] : [
      bestLine(best, last),
      ...last.warnings.map((warning) => `warning: ${warningSentence(warning, last.by).en}`),
      diffLine(folderOf(second, last), folderOf(best, last)),
    ]),
  ];
}

/** `best by validation accuracy: small, length=5: 85.0%; test accuracy 83.1% (means of 2 seeds)` */
function bestLine(group: RankedGroup, { by, ranking }: WrittenSummary): string {
  const { experiment, settings, seeds, validation, test } = group;
  const [own, best] = [test.accuracy ? "accuracy" as const : by, validation[by]?.mean];
  const values = Object.entries(settings).map(([key, one]) => `${key}=${valueText(one)}`);
  const means = seeds.length > 1 ? ` (means of ${counted(seeds.length, "seed")})` : "";
  const variant = [experiment, ...values].join(", ");
  const equal = ranking.filter(({ validation }) => validation[by]?.mean === best).length;
  const tie = equal > 1 ? `; ${equal} variants tie by validation, and this one has the lowest loss` : "";
  return `best by validation ${NAMES[by]}: ${variant}: ${valueOf(by, best)}; test ${NAMES[own]} ${
    valueOf(own, test[own]?.mean)
  }${means}${tie}`;
}

const NAMES: Readonly<Record<RankedBy, string>> = { ...METRIC_NAMES, ...TEXT_METRIC_NAMES };

function valueOf(metric: RankedBy, value = NaN): string {
  return metric === "expected_calibration_error" ? metricText(metric, value) : textMetricText(metric, value);
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The folder of a variant's first complete run. */
function folderOf(group: SummaryGroup, { rows, folder }: WrittenSummary): string {
  const key = groupKey(group);
  const row = rows.find((one) => one.status === "complete" && groupKey(one) === key);
  return join(folder, row?.folder ?? "");
}

function diffLine(a: string, b: string): string {
  return `next: ${COMMAND} diff ${quoted(a)} ${quoted(b)}`;
}
