import { differingRows } from "../diff/differing_rows.ts";
import type { TextDiff, TextDiffs } from "../diff/text_diff.ts";
import {
  type ComparedTexts,
  haveGenerated,
  haveSeveralRuns,
  testsSentence,
  textDetectableSentence,
  textPairedSentence,
} from "../diff/text_sentences.ts";
import { textDeltaText, textMetricEntries, textMetricRows } from "../diff/text_wording.ts";
import {
  IS_HIGHER_TEXT_METRIC_BETTER,
  isJudgedText,
  type TextMetricName,
} from "../evaluation/text_metric_names.ts";
import { markDifferences } from "../text_metrics/word_difference.ts";
import {
  COLUMNS,
  differencePieces,
  differenceTable,
  onlyIn,
  sentencePieces,
  sidesPiece,
  verdictHtml,
} from "./diff_pieces.ts";
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
import { markedText } from "./marked_text.ts";
import { pageHtml } from "./page.ts";
import type { TermName } from "./terms.ts";

/** The number of texts with other answers that a report lists. */
const SHOWN = 100;

/** A diff of generated texts as an HTML page. */
export function textDiffReport(diff: TextDiffs): Promise<string> {
  return pageHtml({ title: "softprompt diff", body: textDiffPieces(diff) });
}

/** The pieces of a page that show a diff of generated texts. */
export function textDiffPieces({ comparisons, variantsOnlyInA, variantsOnlyInB }: TextDiffs): Content[] {
  const { shared, own } = differingRows(comparisons);
  const [first] = comparisons;
  return [
    sidesPiece({ a: [first?.a ?? "", ""], b: [first?.b ?? "", ""] }),
    ...(shared.length === 0 ? [] : [section(phrase("differs_in_all"), differenceTable(shared))]),
    ...comparisons.flatMap((one, i) => [
      ...(one.variant === "" ? [] : [new Html(`<h2>${htmlOf(breakable(one.variant))}</h2>`)]),
      ...comparisonPieces(one),
      ...differencePieces(own[i] ?? [], shared.length > 0),
      ...changedPieces(one),
    ]),
    ...onlyIn("only_in_a", variantsOnlyInA),
    ...onlyIn("only_in_b", variantsOnlyInB),
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
  return name === "loss" ? "text_loss" : name === "illegal_rate" ? "illegal_texts" : name;
}

function metricTable(compared: TextDiff): Html {
  const texts = textMetricRows(compared);
  const rows = textMetricEntries(compared.metrics).map(([name, metric], row) => {
    const [, a, b, delta, , p, adjusted] = texts[row] ?? [];
    const ends = metric.interval.map((one) => textDeltaText(name, one));
    const interval = bilingual({ en: ends.join(" to "), zh: ends.join(" 至 ") });
    const cells: (Content | undefined)[] = [a, b, delta, interval, p, adjusted];
    return [
      termName(termOf(name)),
      verdictHtml(metric.verdict),
      ...COLUMNS.map((column, i) => number(cells[i] ?? "", column, termOf(name))),
    ];
  });
  return table([phrase("metric"), phrase("verdict"), ...COLUMNS.map(termName)], rows);
}

/** Differences of the judged metrics in standard errors, better to the right. */
function intervalData({ metrics }: ComparedTexts): unknown[] {
  return textMetricEntries(metrics).flatMap(([name, metric]) => {
    if (!isJudgedText(name) || metric.standard_error === 0) return [];
    const scale = (IS_HIGHER_TEXT_METRIC_BETTER[name] ? 1 : -1) / metric.standard_error;
    const ends = metric.interval.map((end) => scale * end);
    return [{
      metric: termOf(name),
      value: scale * metric.delta,
      low: Math.min(...ends),
      high: Math.max(...ends),
      verdict: metric.verdict,
      text: `${textDeltaText(name, metric.delta)} [${
        metric.interval.map((end) => textDeltaText(name, end)).join(", ")
      }]`,
    }];
  });
}

/** The texts with other answers, side by side; none where nothing was generated. */
function changedPieces({ changed, metrics, seeds }: ComparedTexts): Content[] {
  if (!haveGenerated(metrics)) return [];
  const rows = changed.slice(0, SHOWN).map(({ text, targets, a, b }) => {
    const marked = markDifferences(a, b);
    return [text, targets.join(" | "), markedText(marked.a), markedText(marked.b)];
  });
  return [
    details(
      together(
        `${changed.length} · `,
        phrase(haveSeveralRuns(seeds) ? "other_answers_of_first_runs" : "other_answers"),
        changed.length > SHOWN ? ` (${SHOWN})` : "",
      ),
      new Html(`<p class="soft">${htmlOf(phrase("differing_words"))}</p>`),
      table([phrase("text"), phrase("right_answer"), "A", "B"], rows),
    ),
  ];
}
