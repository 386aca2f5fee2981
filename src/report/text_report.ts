import { stringify } from "yaml";
import { percent } from "../base/percent.ts";
import type { GeneratedExperiment } from "../experiment/text_types.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { Environment } from "../results/environment.ts";
import { experimentYaml } from "../results/experiment_yaml.ts";
import type { TextMetricsFile, TextPartMetrics } from "../results/metrics_file.ts";
import type { TextPrediction, TextSample } from "../results/run_files.ts";
import { markDifferences } from "../text_metrics/word_difference.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { classTable } from "./answer_tables.ts";
import { dataSection } from "./data_table.ts";
import {
  chart,
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
import { diagnosisPieces } from "./warning_pieces.ts";
import { curves } from "./run_pieces.ts";

/** The content of the report of a run whose answers are free texts. */
export interface TextReport {
  readonly title: string;
  readonly experiment: GeneratedExperiment;
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
export function textReport(run: TextReport): Promise<string> {
  const { title, experiment, metrics, environment, predictions } = run;
  const record = { experiment, metrics, environment, predictions };
  return pageHtml({ title, texts: new Map([["", record]]), body: textPieces(run) });
}

/** The pieces of a page that show a run whose answers are generated. */
export function textPieces(
  { experiment, metrics, environment, history, predictions, samples, meaning }: Omit<TextReport, "title">,
): Content[] {
  const { description } = experiment;
  const isClassed = experiment.verbalizer !== undefined;
  return [
    ...(description === undefined ? [] : [new Html(`<p>${htmlOf(description)}</p>`)]),
    textMetricsTable(metrics),
    ...diagnosisPieces(metrics),
    ...dataSection(environment),
    ...curves(history),
    ...classPieces(metrics),
    section(
      phrase("samples"),
      samples.length > 0
        ? table(
          [
            phrase("text"),
            phrase("generated"),
            ...(isClassed ? [phrase("label"), phrase("predicted")] : []),
          ],
          samples.map(({ label = "", predicted, ...sample }) => [
            sample.text,
            sample.generated,
            ...(isClassed
              ? [label, classCell({ label, ...(predicted !== undefined && { predicted }) })]
              : []),
          ]),
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
  ];
}

/** The metrics of each part of the data. */
function textMetricsTable({ test, validation, transfer = {} }: TextMetricsFile): Html {
  // The text of the right class is an exact match: the accuracy is how often there is one.
  const generated = ([test.accuracy ? "accuracy" : "exact_match", "token_f1", "rouge_l"] as const)
    .filter((name) => test[name] !== undefined);
  const hasClasses = test.accuracy !== undefined;
  const row = (name: Content, part: TextPartMetrics): Content[] => [
    name,
    number(String(part.examples), "examples"),
    ...(hasClasses
      ? [
        number((part.macro_f1 ?? 0).toFixed(3), "macro_f1"),
        number(percent(part.illegal_rate ?? 0), "illegal_texts"),
      ]
      : []),
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
      ...(hasClasses ? [termName("macro_f1"), termName("illegal_texts")] : []),
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

/** The confusion matrix of the classes, where texts stand for some. */
function classPieces({ test: { per_class, confusion } }: TextMetricsFile): Html[] {
  if (per_class === undefined || confusion === undefined) return [];
  return [section(
    phrase("confusion"),
    chart("confusion", phrase("confusion_caption"), confusion),
    classTable({ per_class, confusion }),
  )];
}

/** The class of a generated text, marked where it is not the right one; none where it is that of no class. */
function classCell({ label = "", predicted }: Pick<TextPrediction, "label" | "predicted">): Content {
  const shown = predicted ?? phrase("no_class");
  return label === "" || label === predicted
    ? shown
    : new Html(`<span class="wrong">${htmlOf(shown)}</span>`);
}

/** Texts with their right answers and what the model has written. */
function answerTable(predictions: readonly TextPrediction[]): Html {
  const isGenerated = predictions.some(({ generated }) => generated !== undefined);
  const isClassed = predictions.some(({ label }) => label !== undefined);
  return table(
    [
      phrase("text"),
      phrase("right_answer"),
      ...(isGenerated ? [phrase("generated"), termName("token_f1")] : []),
      ...(isClassed ? [phrase("label"), phrase("predicted")] : []),
      termName("text_loss"),
    ],
    predictions.map(({ text, targets, generated = "", score, nll, tokens, ...classed }) => {
      const marked = markDifferences(targets[0] ?? "", generated);
      const [, ...others] = targets;
      return [
        text,
        together(
          isGenerated ? markedText(marked.a) : targets[0] ?? "",
          ...others.map((one) => ` | ${one}`),
        ),
        ...(isGenerated ? [markedText(marked.b), number((score?.token_f1 ?? 0).toFixed(3), "token_f1")] : []),
        ...(isClassed ? [classed.label ?? "", classCell(classed)] : []),
        number((nll / tokens).toFixed(3), "text_loss"),
      ];
    }),
  );
}
