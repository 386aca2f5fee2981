import { stringify } from "yaml";
import { percent } from "../base/percent.ts";
import type { FreeTextExperiment } from "../experiment/text_types.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { Environment } from "../results/environment.ts";
import { experimentYaml } from "../results/experiment_yaml.ts";
import type { TextMetricsFile, TextPartMetrics } from "../results/metrics_file.ts";
import type { TextPrediction, TextSample } from "../results/run_files.ts";
import { markDifferences } from "../text_metrics/word_difference.ts";
import type { HistoryLine } from "../training/trainer.ts";
import {
  type Content,
  details,
  Html,
  htmlOf,
  number,
  phrase,
  preformatted,
  section,
  table,
  termName,
  together,
} from "./html.ts";
import { markedText } from "./marked_text.ts";
import { neighbourTables } from "./neighbour_tables.ts";
import { pageHtml } from "./page.ts";
import { curves } from "./run_pieces.ts";

/** The content of the report of a run whose answers are free texts. */
export interface TextReport {
  readonly title: string;
  readonly experiment: FreeTextExperiment;
  readonly metrics: TextMetricsFile;
  readonly environment: Environment;
  /** Empty where nothing was tuned. */
  readonly history: readonly HistoryLine[];
  readonly predictions: readonly TextPrediction[];
  readonly samples: readonly TextSample[];
  /** Only for a soft prompt. */
  readonly meaning?: PromptInterpretation;
}

/** The number of test texts that the page shows. */
const SHOWN = 200;

/** `report.html` of a run whose answers are free texts. */
export function textReport(
  { title, experiment, metrics, environment, history, predictions, samples, meaning }: TextReport,
): Promise<string> {
  const { description } = experiment;
  return pageHtml({
    title,
    body: [
      ...(description === undefined ? [] : [new Html(`<p>${htmlOf(description)}</p>`)]),
      textMetricsTable(metrics),
      ...curves(history),
      section(
        phrase("samples"),
        samples.length > 0
          ? table(
            [phrase("text"), phrase("generated")],
            samples.map(({ text, generated }) => [text, generated]),
          )
          : phrase("none"),
      ),
      section(
        together(phrase("predictions"), ` (${predictions.length.toLocaleString("en")})`),
        new Html(`<p>${htmlOf(phrase("first_texts"))}</p>`),
        answerTable(predictions.slice(0, SHOWN)),
      ),
      ...(meaning ? [section(phrase("neighbours"), ...neighbourTables(meaning))] : []),
      details(phrase("experiment"), preformatted(experimentYaml(experiment))),
      details(phrase("environment"), preformatted(stringify(environment))),
    ],
  });
}

/** The metrics of each part of the data. */
function textMetricsTable({ test, validation, transfer = {} }: TextMetricsFile): Html {
  const generated = (["exact_match", "token_f1", "rouge_l"] as const).filter((name) =>
    test[name] !== undefined
  );
  const row = (name: Content, part: TextPartMetrics): Content[] => [
    name,
    number(String(part.examples), "examples"),
    ...generated.map((metric) => {
      const estimate = part[metric];
      return estimate === undefined ? "" : together(
        number(percent(estimate.value), metric),
        " ",
        new Html('<span class="soft">'),
        number(estimate.interval.map(percent).join(" – "), "interval"),
        new Html("</span>"),
      );
    }),
    number(part.loss.toFixed(3), "text_loss"),
    part.perplexity.value === null ? "" : number(part.perplexity.value.toPrecision(4), "perplexity"),
  ];
  return table(
    [
      phrase("part"),
      termName("examples"),
      ...generated.map(termName),
      termName("text_loss"),
      termName("perplexity"),
    ],
    [
      row(phrase("test"), test),
      ...(validation ? [row(phrase("validation"), validation)] : []),
      ...Object.entries(transfer).map(([name, part]) => row(name, part)),
    ],
  );
}

/** Texts with their right answers and what the model has written. */
function answerTable(predictions: readonly TextPrediction[]): Html {
  const isGenerated = predictions.some(({ generated }) => generated !== undefined);
  return table(
    [
      phrase("text"),
      phrase("right_answer"),
      ...(isGenerated ? [phrase("generated"), termName("token_f1")] : []),
      termName("text_loss"),
    ],
    predictions.map(({ text, targets, generated = "", score, nll, tokens }) => {
      const marked = markDifferences(targets[0] ?? "", generated);
      const [, ...others] = targets;
      return [
        text,
        together(
          isGenerated ? markedText(marked.a) : targets[0] ?? "",
          ...others.map((one) => ` | ${one}`),
        ),
        ...(isGenerated ? [markedText(marked.b), number((score?.token_f1 ?? 0).toFixed(3), "token_f1")] : []),
        number((nll / tokens).toFixed(3), "text_loss"),
      ];
    }),
  );
}
