import type { TextDiff } from "../diff/text_diff.ts";
import {
  type ComparedTexts,
  testsSentence,
  textDeltaText,
  textDetectableSentence,
  textPairedSentence,
} from "../diff/text_sentences.ts";
import { textMetricRows } from "../diff/text_wording.ts";
import {
  byTextMetric,
  IS_HIGHER_TEXT_METRIC_BETTER,
  TEXT_METRICS,
  type TextMetricName,
} from "../evaluation/text_metric_names.ts";
import { markDifferences } from "../text_metrics/word_difference.ts";
import { COLUMNS, differenceTable, sentencePieces, sidesPiece, verdictHtml } from "./diff_pieces.ts";
import {
  bilingual,
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
import { markedText } from "./marked_text.ts";
import { pageHtml } from "./page.ts";
import type { TermName } from "./terms.ts";

/** The number of texts with other answers that a report lists. */
const SHOWN = 100;

/** A diff of free texts as an HTML page. */
export function textDiffReport(diff: TextDiff): Promise<string> {
  return pageHtml({ title: "softprompt diff", body: textDiffPieces(diff) });
}

/** The pieces of a page that show a diff of free texts. */
function textDiffPieces(diff: TextDiff): Content[] {
  const differing = Object.entries({ ...diff.experiment, ...diff.environment });
  return [
    sidesPiece({ a: [diff.a, ""], b: [diff.b, ""] }),
    ...comparisonPieces(diff),
    section(
      phrase("differs"),
      differing.length === 0 ? phrase("nothing_differs") : differenceTable(differing),
    ),
    ...changedPieces(diff),
  ];
}

function comparisonPieces(compared: TextDiff): Content[] {
  const intervals = intervalData(compared);
  return [
    metricTable(compared),
    new Html(
      `<p>${htmlOf(bilingual(textPairedSentence(compared)))} <span data-term="detectable" class="number">${
        htmlOf(bilingual(textDetectableSentence(compared)))
      }</span></p>`,
    ),
    ...sentencePieces(testsSentence(compared)),
    ...(intervals.length > 0
      ? [chart("intervals", together(phrase("intervals"), ": ", phrase("interval_caption")), intervals)]
      : []),
  ];
}

/** The term that explains a metric. */
function termOf(name: TextMetricName): TermName {
  return name === "loss" ? "text_loss" : name;
}

function metricTable(compared: TextDiff): Html {
  const { metrics } = compared;
  const texts = textMetricRows(compared);
  const rows = TEXT_METRICS.filter((name) => metrics[name] !== undefined).flatMap((name, row) => {
    const metric = metrics[name];
    const [, a, b, delta, , p, adjusted] = texts[row] ?? [];
    if (metric === undefined) return [];
    const ends = metric.interval.map((one) => textDeltaText(name, one));
    const interval = bilingual({ en: ends.join(" to "), zh: ends.join(" 至 ") });
    const cells: (Content | undefined)[] = [a, b, delta, interval, p, adjusted];
    return [[
      termName(termOf(name)),
      verdictHtml(metric.verdict),
      ...COLUMNS.map((column, i) => number(cells[i] ?? "", column, termOf(name))),
    ]];
  });
  return table([phrase("metric"), phrase("verdict"), ...COLUMNS.map(termName)], rows);
}

/** Differences of the judged metrics in standard errors, better to the right. */
function intervalData({ metrics }: ComparedTexts): unknown[] {
  const isHigherBetter: Readonly<Partial<Record<TextMetricName, boolean>>> = IS_HIGHER_TEXT_METRIC_BETTER;
  return Object.values(byTextMetric((name) => {
    const metric = metrics[name];
    const isHigher = isHigherBetter[name];
    if (metric === undefined || isHigher === undefined || metric.standard_error === 0) return undefined;
    const scale = (isHigher ? 1 : -1) / metric.standard_error;
    const ends = metric.interval.map((end) => scale * end);
    return {
      metric: termOf(name),
      value: scale * metric.delta,
      low: Math.min(...ends),
      high: Math.max(...ends),
      verdict: metric.verdict,
      text: `${textDeltaText(name, metric.delta)} [${
        metric.interval.map((end) => textDeltaText(name, end)).join(", ")
      }]`,
    };
  }));
}

/** The texts with other answers, side by side; none where nothing was generated. */
function changedPieces({ changed, metrics }: ComparedTexts): Content[] {
  if (metrics.token_f1 === undefined) return [];
  const rows = changed.slice(0, SHOWN).map(({ text, targets, a, b }) => {
    const marked = markDifferences(a, b);
    return [text, targets.join(" | "), markedText(marked.a), markedText(marked.b)];
  });
  return [
    details(
      together(
        `${changed.length} · `,
        phrase("other_answers"),
        changed.length > SHOWN ? ` (${SHOWN})` : "",
      ),
      new Html(`<p class="soft">${htmlOf(phrase("differing_words"))}</p>`),
      table([phrase("text"), phrase("right_answer"), "A", "B"], rows),
    ),
  ];
}
