import { percent } from "../base/percent.ts";
import type { MetricsFile, ParameterCount, PartMetrics } from "../results/metrics_file.ts";
import { bilingual, type Content, Html, htmlOf, number, phrase, table, termName, together } from "./html.ts";

/** The metrics of each part of the data, and what they cost. */
export function metricsTable(metrics: MetricsFile): Html {
  const { test, validation, best_step, seconds, parameters, majority, calibration, transfer = {} } = metrics;
  const { illegal_rate, target } = test;
  const hasIllegal = illegal_rate !== undefined;
  const row = (name: Content, part: PartMetrics): Content[] => [
    name,
    number(String(part.examples), "examples"),
    together(
      number(percent(part.accuracy.value), "accuracy"),
      " ",
      new Html('<span class="soft">'),
      number(part.accuracy.interval.map(percent).join(" – "), "interval"),
      new Html("</span>"),
    ),
    number(part.macro_f1.toFixed(3), "macro_f1"),
    number(part.loss.toFixed(3), "loss"),
    number(part.expected_calibration_error.toFixed(3), "expected_calibration_error"),
    ...(hasIllegal ? [number(percent(part.illegal_rate ?? 0), "illegal_rate")] : []),
    ...(target ? [perplexityCell(part)] : []),
  ];
  const header = [
    phrase("part"),
    termName("examples"),
    termName("accuracy"),
    termName("macro_f1"),
    termName("loss"),
    termName("expected_calibration_error"),
    ...(hasIllegal ? [termName("illegal_rate")] : []),
    ...(target ? [termName("perplexity")] : []),
  ];
  const rows = [
    row(phrase("test"), test),
    ...(validation ? [row(phrase("validation"), validation)] : []),
    ...(calibration ? [row(phrase("before_calibration"), calibration.before.test)] : []),
    ...Object.entries(transfer).map(([name, part]) => row(name, part)),
  ];
  const facts = best_step === 0 ? [] : [
    new Html(
      `<p>${htmlOf(termName("best_step"))} ${htmlOf(number(String(best_step), "best_step"))}; ${
        htmlOf(number(seconds.toFixed(1), "seconds"))
      } ${htmlOf(termName("seconds"))}</p>`,
    ),
  ];
  const trained = parameters === undefined ? [] : [
    new Html(
      `<p>${htmlOf(termName("parameters"))}: ${htmlOf(number(shareOfModel(parameters), "parameters"))}</p>`,
    ),
  ];
  const always = majority === undefined ? [] : [
    new Html(
      `<p>${htmlOf(termName("majority"))}: ${htmlOf(majority.class)}, ${
        htmlOf(number(percent(majority.accuracy), "accuracy"))
      }</p>`,
    ),
  ];
  return together(table(header, rows), ...facts, ...trained, ...always);
}

/** The perplexity of right texts. */
function perplexityCell({ target }: PartMetrics): Content {
  const value = target?.perplexity.value;
  return value === undefined || value === null ? "" : number(value.toPrecision(4), "perplexity");
}

/** How many numbers were trained, of how many: `2,560 of 5,348,096 (0.048%)`. */
function shareOfModel({ trained, of_model, share }: ParameterCount): Html {
  const percents = `${(100 * share).toPrecision(2)}%`;
  return bilingual({
    en: `${grouped(trained)} of ${grouped(of_model)} (${percents})`,
    zh: `${grouped(of_model)} 个中的 ${grouped(trained)} 个（${percents}）`,
  });
}

/** An integer with separated thousands. */
function grouped(count: number): string {
  return count.toLocaleString("en");
}
