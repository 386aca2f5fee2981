import type { Comparison, MetricComparison } from "../diff/compare.ts";
import type { Diff } from "../diff/diff.ts";
import { differingRows } from "../diff/differing_rows.ts";
import { overview } from "../diff/overview.ts";
import type { Flip } from "../diff/flips.ts";
import { timesText } from "../diff/times.ts";
import {
  deltaText,
  detectableSentence,
  illegalSentence,
  intervalEnds,
  metricCells,
  metricText,
  pairedSentence,
  semanticsSentence,
} from "../diff/wording.ts";
import { IS_HIGHER_BETTER, isJudged, metricEntries, type MetricName } from "../evaluation/metric_names.ts";
import {
  bilingual,
  breakable,
  chart,
  type Content,
  details,
  Html,
  htmlOf,
  number,
  phrase,
  section,
  table,
  termName,
  together,
} from "./html.ts";
import { pageHtml } from "./page.ts";
import {
  COLUMNS,
  differencePieces,
  differenceTable,
  onlyIn,
  sentencePieces,
  sidesPiece,
  verdictHtml,
} from "./diff_pieces.ts";

/** The number of flips per direction that a report lists. */
const SHOWN = 100;

/** A diff as an HTML page. */
export function diffReport(diff: Diff): Promise<string> {
  return pageHtml({ title: "softprompt diff", body: diffPieces(diff) });
}

/** The pieces of a page that show a diff. */
export function diffPieces(diff: Diff): Content[] {
  const { shared, own } = differingRows(diff.comparisons);
  return [
    sidesPiece({ a: [diff.a, timesText(diff.times.a)], b: [diff.b, timesText(diff.times.b)] }),
    ...sentencePieces(semanticsSentence(diff)),
    ...overviewPieces(diff),
    ...(shared.length === 0 ? [] : [section(phrase("differs_in_all"), differenceTable(shared))]),
    ...diff.comparisons.flatMap((comparison, i) => [
      ...comparisonPieces(comparison, i, diff.alpha),
      ...differencePieces(own[i] ?? [], shared.length > 0),
      ...flipPieces(comparison),
    ]),
    ...sentencePieces(illegalSentence(diff)),
    ...onlyIn("only_in_a", diff.variantsOnlyInA),
    ...onlyIn("only_in_b", diff.variantsOnlyInB),
  ];
}

/** Differences of the judged metrics in standard errors, better to the right. */
function intervalData({ metrics }: Comparison): unknown[] {
  return metricEntries(metrics).flatMap(([name, metric]) => {
    const { standard_error: error, delta, interval: [low, high], verdict } = metric;
    if (error === 0 || !isJudged(name)) return [];
    const sign = IS_HIGHER_BETTER[name] ? 1 : -1;
    const ends = [sign * low / error, sign * high / error];
    return [{
      metric: name,
      value: sign * delta / error,
      low: Math.min(...ends),
      high: Math.max(...ends),
      verdict,
      text: `${deltaText(name, delta)} [${intervalEnds(name, metric).join(", ")}]`,
    }];
  });
}

/** For several comparisons, an overview of all. */
function overviewPieces({ comparisons }: Diff): Html[] {
  if (comparisons.length === 1) return [];
  const rows = overview(comparisons).map(({ variant, a, b, difference, adjusted, verdict }, i) => [
    new Html(`<a href="#comparison-${i}">${htmlOf(breakable(variant))}</a>`),
    verdictHtml(verdict),
    number(a, "side_a", "accuracy"),
    number(b, "side_b", "accuracy"),
    number(difference, "delta", "accuracy"),
    number(intervalText("accuracy", comparisons[i]!.metrics.accuracy!), "delta_interval", "accuracy"),
    number(adjusted, "p_adjusted", "accuracy"),
  ]);
  const header = [
    phrase("variant"),
    phrase("verdict"),
    ...COLUMNS.filter((name) => name !== "p").map(termName),
  ];
  return [section(phrase("test_accuracy"), table(header, rows))];
}

function comparisonPieces(comparison: Comparison, index: number, alpha: number): Content[] {
  const { variant } = comparison;
  const intervals = intervalData(comparison);
  return [
    ...(variant === "" ? [] : [new Html(`<h2 id="comparison-${index}">${htmlOf(breakable(variant))}</h2>`)]),
    metricTable(comparison),
    new Html(
      `<p>${htmlOf(bilingual(pairedSentence(comparison)))} <span data-term="detectable" class="number">${
        htmlOf(bilingual(detectableSentence(comparison, alpha)))
      }</span></p>`,
    ),
    ...(intervals.length > 0
      ? [chart("intervals", together(phrase("intervals"), ": ", phrase("interval_caption")), intervals)]
      : []),
  ];
}

function flipPieces({ flips }: Comparison): Content[] {
  return [flipDetails("fixed", flips.fixed), flipDetails("broken", flips.broken)];
}

function metricTable({ metrics }: Comparison): Html {
  return table(
    [phrase("metric"), phrase("verdict"), ...COLUMNS.map(termName)],
    metricEntries(metrics).map(([name, metric]) => {
      const cells = Object.values({ ...metricCells(name, metric), interval: intervalText(name, metric) });
      return [
        termName(name),
        verdictHtml(metric.verdict),
        ...cells.map((text, i) => number(text, COLUMNS[i]!, name)),
      ];
    }),
  );
}

/** The interval of a metric's difference, in the page's language. */
function intervalText(name: MetricName, metric: MetricComparison): Html {
  const ends = intervalEnds(name, metric);
  return bilingual({ en: ends.join(" to "), zh: ends.join(" 至 ") });
}

function flipDetails(direction: "fixed" | "broken", flips: readonly Flip[]): Html {
  const side = ({ predicted, probability }: Flip["a"]) =>
    together(`${predicted} `, number(metricText("accuracy", probability), "probability"));
  const rows = flips.slice(0, SHOWN).map(({ label, text, a, b }) => [text, label, side(a), side(b)]);
  return details(
    together(`${flips.length} · `, phrase(direction), flips.length > SHOWN ? ` (${SHOWN})` : ""),
    new Html(`<p class="soft">${htmlOf(phrase("most_sure"))}</p>`),
    table([phrase("text"), phrase("label"), "A", "B"], rows),
  );
}
