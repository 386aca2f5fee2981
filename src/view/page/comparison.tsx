/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Comparison as ClassComparison } from "../../diff/compare.ts";
import type { Verdict } from "../../diff/verdict.ts";
import { differingRows } from "../../diff/differing_rows.ts";
import type { Flip } from "../../diff/flips.ts";
import type { ChangedAnswer, TextDiff } from "../../diff/text_diff.ts";
import { textDetectableSentence, textPairedSentence } from "../../diff/text_sentences.ts";
import { textDeltaText, textMetricCells, textMetricEntries } from "../../diff/text_wording.ts";
import { timesText } from "../../diff/times.ts";
import {
  detectableSentence,
  illegalSentence,
  intervalEnds,
  metricCells,
  metricText,
  pairedSentence,
  semanticsSentence,
  valueText,
} from "../../diff/wording.ts";
import { metricEntries } from "../../evaluation/metric_names.ts";
import { visible } from "../../base/visible.ts";
import { markDifferences, type MarkedPiece } from "../../text_metrics/word_difference.ts";
import type { Compared } from "./compare_runs.ts";
import { useWords, type Words } from "./language.ts";
import { ALPHA } from "./significance.ts";
import { TextTable } from "./text_table.tsx";

/** The most texts in each direction that are listed. */
const MOST = 100;

/** The places of the numbers in a table of metrics. */
const NUMBERS = [2, 3, 4, 5, 6, 7];

/** What differs between two selections. */
export function ComparisonView({ compared }: { readonly compared: Compared }): JSX.Element {
  const words = useWords();
  return (
    <div id="compared">
      {compared.kind === "classes"
        ? <ClassDiff diff={compared.diff} words={words} />
        : <TextDiffsView diff={compared.diff} words={words} />}
    </div>
  );
}

function ClassDiff(
  { diff, words }: { readonly diff: Extract<Compared, { kind: "classes" }>["diff"]; readonly words: Words },
): JSX.Element {
  const { translated } = words;
  const semantics = semanticsSentence(diff);
  const illegal = illegalSentence(diff);
  const { shared, own } = differingRows(diff.comparisons);
  return (
    <>
      <p>
        <b>A</b> {visible(diff.a)}
        {timesText(diff.times.a)}
        <br />
        <b>B</b> {visible(diff.b)}
        {timesText(diff.times.b)}
      </p>
      {semantics && <p>{translated(semantics)}</p>}
      <Differing rows={shared} words={words} />
      {diff.comparisons.map((one, i) => (
        <section key={one.variant}>
          {one.variant !== "" && <h3>{visible(one.variant)}</h3>}
          <MetricTable rows={classRows(one, words)} words={words} />
          <p>{translated(pairedSentence(one))} {translated(detectableSentence(one, ALPHA))}</p>
          <Differing rows={own[i] ?? []} words={words} />
          <Flips name="fixed" flips={one.flips.fixed} words={words} />
          <Flips name="broken" flips={one.flips.broken} words={words} />
        </section>
      ))}
      {illegal && <p>{translated(illegal)}</p>}
      <Unpaired {...diff} words={words} />
    </>
  );
}

function TextDiffsView(
  { diff, words }: { readonly diff: Extract<Compared, { kind: "texts" }>["diff"]; readonly words: Words },
): JSX.Element {
  const { shared, own } = differingRows(diff.comparisons);
  const [first] = diff.comparisons;
  return (
    <>
      <p>
        <b>A</b> {visible(first?.a ?? "")}
        <br />
        <b>B</b> {visible(first?.b ?? "")}
      </p>
      {diff.notes.map((note) => <p key={note}>{visible(note)}</p>)}
      <Differing rows={shared} words={words} />
      {diff.comparisons.map((one, i) => (
        <section key={one.variant}>
          {one.variant !== "" && <h3>{visible(one.variant)}</h3>}
          <MetricTable rows={textRows(one, words)} words={words} />
          <p>{words.translated(textPairedSentence(one))} {words.translated(textDetectableSentence(one))}</p>
          <Differing rows={own[i] ?? []} words={words} />
          <ChangedAnswers changed={one.changed} words={words} />
        </section>
      ))}
      <Unpaired {...diff} words={words} />
    </>
  );
}

/** A metric's name and numbers, and the verdict on it. */
type MetricRow = readonly [cells: readonly string[], verdict: Verdict];

function classRows({ metrics }: ClassComparison, words: Words): MetricRow[] {
  return metricEntries(metrics).map(([name, metric]) => {
    const interval = rangeText(intervalEnds(name, metric), words);
    return [[words.t(name), ...Object.values({ ...metricCells(name, metric), interval })], metric.verdict];
  });
}

function textRows({ metrics }: TextDiff, words: Words): MetricRow[] {
  return textMetricEntries(metrics).map(([name, metric]) => {
    const [, a, b, difference, , p, adjusted] = textMetricCells(name, metric);
    const interval = rangeText(metric.interval.map((end) => textDeltaText(name, end)), words);
    return [[words.t(name), a, b, difference, interval, p, adjusted], metric.verdict];
  });
}

/** The ends of an interval. */
function rangeText(ends: readonly string[], { translated }: Words): string {
  return translated({ en: ends.join(" to "), zh: ends.join(" 至 ") });
}

/** The class of a verdict in the style sheet, and its name. */
const VERDICTS = {
  "better": ["better", "better"],
  "worse": ["worse", "worse"],
  "no evidence either way": ["", "no_evidence"],
  "description": ["soft", "description"],
} as const;

function MetricTable(
  { rows, words: { t, translated } }: { readonly rows: readonly MetricRow[]; readonly words: Words },
): JSX.Element {
  const header = [
    t("metric"),
    t("verdict"),
    "A",
    "B",
    t("delta"),
    translated({ en: "95% interval", zh: "95% 区间" }),
    "p",
    translated({ en: "p (Holm)", zh: "p（Holm）" }),
  ];
  return (
    <TextTable
      header={header}
      numeric={NUMBERS}
      rows={rows.map(([[metric, ...numbers], verdict]) => {
        const [kind, name] = VERDICTS[verdict];
        return [metric, <span key={name} class={kind}>{t(name)}</span>, ...numbers];
      })}
    />
  );
}

function Differing(
  { rows, words: { t } }: {
    readonly rows: ReturnType<typeof differingRows>["shared"];
    readonly words: Words;
  },
): JSX.Element | null {
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{t("differs")} ({rows.length})</summary>
      <TextTable
        header={[t("key"), "A", "B"]}
        rows={rows.map(([path, difference]) => [path, valueText(difference.a), valueText(difference.b)])}
      />
    </details>
  );
}

function Flips(
  { name, flips, words: { t } }: {
    readonly name: "fixed" | "broken";
    readonly flips: readonly Flip[];
    readonly words: Words;
  },
): JSX.Element {
  const side = ({ predicted, probability }: Flip["a"]) =>
    `${predicted} ${metricText("accuracy", probability)}`;
  return (
    <details open={flips.length <= 20 && flips.length > 0}>
      <summary>
        {flips.length} · {t(name)} {flips.length > MOST && `(${t("first_flips")})`}
      </summary>
      <p class="soft">{t("most_sure")}</p>
      <TextTable
        header={[t("text"), t("label"), "A", "B"]}
        rows={flips.slice(0, MOST).map(({ text, label, a, b }) => [text, label, side(a), side(b)])}
      />
    </details>
  );
}

function ChangedAnswers(
  { changed, words: { t } }: { readonly changed: readonly ChangedAnswer[]; readonly words: Words },
): JSX.Element | null {
  if (changed.length === 0) return null;
  return (
    <details>
      <summary>
        {changed.length} {t("other_answers")} {changed.length > MOST && `(${t("first_flips")})`}
      </summary>
      <p class="soft">{t("differing_words")}</p>
      <TextTable
        header={[t("text"), t("right_answer"), "A", "B"]}
        rows={changed.slice(0, MOST).map(({ text, targets, a, b }) => {
          const marked = markDifferences(a, b);
          return [
            text,
            targets.join(" | "),
            <Marked key="a" pieces={marked.a} />,
            <Marked key="b" pieces={marked.b} />,
          ];
        })}
      />
    </details>
  );
}

function Marked({ pieces }: { readonly pieces: readonly MarkedPiece[] }): JSX.Element {
  return (
    <>
      {pieces.map(({ text, differs }, i) => differs ? <mark key={i}>{visible(text)}</mark> : visible(text))}
    </>
  );
}

function Unpaired(
  { variantsOnlyInA, variantsOnlyInB, words: { t } }: {
    readonly variantsOnlyInA: readonly string[];
    readonly variantsOnlyInB: readonly string[];
    readonly words: Words;
  },
): JSX.Element {
  return (
    <>
      {variantsOnlyInA.length > 0 && <p>{t("only_in_a")}: {visible(variantsOnlyInA.join("; "))}</p>}
      {variantsOnlyInB.length > 0 && <p>{t("only_in_b")}: {visible(variantsOnlyInB.join("; "))}</p>}
    </>
  );
}
