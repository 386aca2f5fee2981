import type { Comparison, Verdict } from "../diff/compare.ts";
import type { Diff } from "../diff/diff.ts";
import { overview } from "../diff/overview.ts";
import type { Flip } from "../diff/flips.ts";
import { timesText } from "../diff/times.ts";
import {
  deltaText,
  detectableSentence,
  metricCells,
  metricText,
  pairedSentence,
  semanticsSentence,
} from "../diff/wording.ts";
import { IS_HIGHER_BETTER, metricEntries } from "../evaluation/metric_names.ts";
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
  setting,
  table,
  termName,
  together,
} from "./html.ts";
import { pageHtml } from "./page.ts";
import type { PhraseName } from "./phrases.ts";

/** The columns of a metric's numbers. */
const COLUMNS = ["side_a", "side_b", "delta", "delta_interval", "p", "p_adjusted"] as const;

/** The number of flips per direction that a report lists. */
const SHOWN = 100;

/** A diff as an HTML page. */
export function diffReport(diff: Diff): Promise<string> {
  return pageHtml({
    title: "softprompt diff",
    charts: { intervals: diff.comparisons.map(intervalData) },
    body: [
      new Html(
        `<p>A: <code>${htmlOf(breakable(diff.a))}</code>${htmlOf(timesText(diff.times.a))}<br>B: <code>${
          htmlOf(breakable(diff.b))
        }</code>${htmlOf(timesText(diff.times.b))}</p>`,
      ),
      ...semanticsPieces(diff),
      ...overviewPieces(diff),
      ...diff.comparisons.flatMap(comparisonPieces),
      ...onlyIn("only_in_a", diff.variantsOnlyInA),
      ...onlyIn("only_in_b", diff.variantsOnlyInB),
    ],
  });
}

/** The warning that the sides' keys have different semantics, if they do. */
function semanticsPieces(diff: Diff): Html[] {
  const sentence = semanticsSentence(diff);
  return sentence === undefined ? [] : [new Html(`<p>${htmlOf(bilingual(sentence))}</p>`)];
}

/** Differences in standard errors, better to the right. */
function intervalData({ metrics }: Comparison): unknown[] {
  return metricEntries(metrics).flatMap(([name, metric]) => {
    const { standard_error: error, delta, interval: [low, high], verdict } = metric;
    if (error === 0) return [];
    const sign = IS_HIGHER_BETTER[name] ? 1 : -1;
    const ends = [sign * low / error, sign * high / error];
    return [{
      metric: name,
      value: sign * delta / error,
      low: Math.min(...ends),
      high: Math.max(...ends),
      verdict,
      text: `${deltaText(name, delta)} (${metricCells(name, metric).interval})`,
    }];
  });
}

/** For several comparisons, an overview of all. */
function overviewPieces({ comparisons }: Diff): Html[] {
  if (comparisons.length === 1) return [];
  const rows = overview(comparisons).map(({ variant, a, b, difference, interval, adjusted, verdict }, i) => [
    new Html(`<a href="#comparison-${i}">${htmlOf(breakable(variant))}</a>`),
    verdictHtml(verdict),
    number(a, "side_a", "accuracy"),
    number(b, "side_b", "accuracy"),
    number(difference, "delta", "accuracy"),
    number(interval, "delta_interval", "accuracy"),
    number(adjusted, "p_adjusted", "accuracy"),
  ]);
  const header = [
    phrase("variant"),
    phrase("verdict"),
    ...COLUMNS.filter((name) => name !== "p").map(termName),
  ];
  return [section(phrase("test_accuracy"), table(header, rows))];
}

function comparisonPieces(comparison: Comparison, index: number): Content[] {
  const { variant, metrics, flips } = comparison;
  const isDrawn = Object.values(metrics).some(({ standard_error }) => standard_error > 0);
  return [
    ...(variant === "" ? [] : [new Html(`<h2 id="comparison-${index}">${htmlOf(breakable(variant))}</h2>`)]),
    metricTable(comparison),
    new Html(
      `<p>${htmlOf(bilingual(pairedSentence(comparison)))} <span data-term="detectable" class="number">${
        htmlOf(bilingual(detectableSentence(comparison)))
      }</span></p>`,
    ),
    ...(isDrawn
      ? [
        chart("intervals", together(phrase("intervals"), ": ", phrase("interval_caption")), {
          index: String(index),
        }),
      ]
      : []),
    section(phrase("differs"), differenceTable(comparison)),
    flipDetails("fixed", flips.fixed),
    flipDetails("broken", flips.broken),
  ];
}

function metricTable({ metrics }: Comparison): Html {
  return table(
    [phrase("metric"), phrase("verdict"), ...COLUMNS.map(termName)],
    metricEntries(metrics).map(([name, metric]) => {
      const cells = Object.values(metricCells(name, metric));
      return [
        termName(name),
        verdictHtml(metric.verdict),
        ...cells.map((text, i) => number(text, COLUMNS[i]!, name)),
      ];
    }),
  );
}

function verdictHtml(verdict: Verdict): Html {
  const name: PhraseName = verdict === "no evidence either way" ? "no_evidence" : verdict;
  return new Html(
    `<span class="${verdict === "no evidence either way" ? "soft" : verdict}">${htmlOf(phrase(name))}</span>`,
  );
}

function differenceTable({ experiment, environment }: Comparison): Content {
  const rows = Object.entries({ ...experiment, ...environment });
  if (rows.length === 0) return phrase("nothing_differs");
  return table([phrase("key"), "A", "B"], rows.map(([path, { a, b }]) => [path, setting(a), setting(b)]));
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

function onlyIn(name: "only_in_a" | "only_in_b", variants: readonly string[]): Html[] {
  return variants.length === 0 ? [] : [section(phrase(name), variants.join("; "))];
}
