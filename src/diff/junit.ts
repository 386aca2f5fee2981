import { escape } from "@std/html/entities";
import { metricEntries } from "../evaluation/metric_names.ts";
import { visible } from "../base/visible.ts";
import type { MetricComparison } from "./compare.ts";
import type { Diff } from "./diff.ts";
import type { GateMetric } from "./gate_metrics.ts";
import type { TextDiffs } from "./text_diff.ts";
import { gatedTextMetrics } from "./text_gate.ts";
import { textMetricCells } from "./text_wording.ts";
import { METRIC_NAMES, metricCells } from "./wording.ts";

/** A test case: a metric of the gate, which fails where it got worse, or whether all runs are there. */
export interface GateCase {
  /** What it is about: the variant, where there are several. */
  readonly suite: string;
  readonly name: string;
  /** In one line, with both sides' values. */
  readonly details: string;
  readonly hasFailed: boolean;
}

/** A case for each metric of the gate that the sides have, in each comparison. */
export function gateCases({ comparisons }: Diff, gate: readonly GateMetric[]): GateCase[] {
  return comparisons.flatMap(({ variant, metrics }) =>
    metricEntries(metrics).filter(([name]) => gate.some((one) => one === name)).map(([name, metric]) => {
      const { a, b, difference, interval, adjusted } = metricCells(name, metric);
      const cells = [a, b, difference, interval, adjusted] as const;
      return caseOf(variant, METRIC_NAMES[name], cells, metric);
    })
  );
}

/** The same of sides whose answers are generated. */
export function textGateCases({ comparisons }: TextDiffs, gate: readonly GateMetric[]): GateCase[] {
  return comparisons.flatMap(({ variant, metrics }) =>
    gatedTextMetrics(metrics, gate).map(({ title, values, name, metric }) => {
      const [, a, b, difference, interval, , adjusted] = textMetricCells(name, metric);
      return caseOf(variant, title, [`${values}${a}`, b, difference, interval, adjusted], metric);
    })
  );
}

/** The case of the runs that a comparison lacks. @param lacking a line for each */
export function runsCase(lacking: readonly string[]): GateCase {
  const details = lacking.length === 0 ? "all runs are there" : lacking.join("; ");
  return { suite: "", name: "runs", details, hasFailed: lacking.length > 0 };
}

/** The case of a metric, with its verdict. @param cells both sides, the difference, its interval, p after Holm's correction */
export function caseOf(
  suite: string,
  name: string,
  [a, b, difference, interval, adjusted]: readonly string[],
  { verdict }: Pick<MetricComparison, "verdict">,
): GateCase {
  const details = `${a} to ${b}, difference ${difference} (${interval}), p (Holm) ${adjusted}: ${verdict}`;
  return { suite, name, details, hasFailed: verdict === "worse" };
}

/**
 * Cases as JUnit's XML, which CI systems read (https://github.com/testmoapp/junitxml): a suite for each variant.
 *
 * @param title names the comparison
 */
export function junitXml(title: string, cases: readonly GateCase[]): string {
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)];
  const counts = (some: readonly GateCase[]) =>
    `tests="${some.length}" failures="${some.filter(({ hasFailed }) => hasFailed).length}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(title)}" ${counts(cases)}>`,
    ...suites.flatMap(([suite, some]) => [
      `  <testsuite name="${attribute(suite === "" ? title : suite)}" ${counts(some)}>`,
      ...some.map((one) => caseXml(title, one)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function caseXml(title: string, { suite, name, details, hasFailed }: GateCase): string {
  const about = `classname="${attribute(suite === "" ? title : suite)}" name="${attribute(name)}"`;
  const content = hasFailed
    ? `<failure message="${attribute(details)}"/>`
    : `<system-out>${attribute(details)}</system-out>`;
  return `    <testcase ${about}>${content}</testcase>`;
}

/** A text in XML 1.0, which has no control characters and no halves of characters. */
function attribute(text: string): string {
  return escape(visible(text.toWellFormed()).replaceAll("\t", " "));
}
