import { stringify } from "yaml";
import { experimentYaml } from "../results/experiment_yaml.ts";
import { reliabilityBins } from "../evaluation/calibration.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { EnsembleFile } from "../results/ensemble_file.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { classTable, memberTable, mistakes } from "./answer_tables.ts";
import { dataSection } from "./data_table.ts";
import { chart, details, Html, htmlOf, phrase, preformatted, section, together } from "./html.ts";
import { diagnosisPieces } from "./warning_pieces.ts";
import { metricsTable } from "./metrics_table.ts";
import { neighbourTables } from "./neighbour_tables.ts";
import { PHRASES } from "./phrases.ts";

/** What a page shows of a run. */
export interface ReportedRun extends RunRecord {
  readonly history: readonly HistoryLine[];
  /** Only for a soft prompt. */
  readonly meaning?: PromptInterpretation;
  /** Only for an ensemble. */
  readonly ensemble?: EnsembleFile;
}

/** How good a run is: its metrics, data, curves, confusion and reliability. */
export function scorePieces({ metrics, history, ensemble, environment, predictions }: ReportedRun): Html[] {
  const bins = reliabilityBins(predictions.map(({ label, predicted, probabilities }) => ({
    confidence: probabilities[predicted]!,
    correct: label === predicted,
  })));
  const { test } = metrics;
  return [
    metricsTable(metrics),
    ...diagnosisPieces(metrics),
    ...(ensemble ? [section(phrase("ensemble"), memberTable(ensemble))] : []),
    ...dataSection(environment),
    ...curves(history),
    section(
      phrase("confusion"),
      chart("confusion", phrase("confusion_caption"), test.confusion),
      classTable(test),
    ),
    section(phrase("reliability"), chart("reliability", phrase("reliability_caption"), bins)),
  ];
}

/** Where a run is wrong, what its prompt is near, and how it came about. */
export function mistakePieces({ predictions, meaning, experiment, environment }: ReportedRun): Html[] {
  return [
    section(phrase("mistakes"), mistakes(predictions)),
    ...(meaning ? [section(phrase("neighbours"), ...neighbourTables(meaning))] : []),
    details(phrase("experiment"), preformatted(experimentYaml(experiment))),
    details(phrase("environment"), preformatted(stringify(environment))),
  ];
}

/** The place where the page's script lists the predictions of the runs in the page. @param count their number */
export function predictionList(count: number): Html {
  const { en, zh } = PHRASES.predictions_need_script;
  return details(
    together(phrase("predictions"), ` (${count.toLocaleString("en")})`),
    new Html(`<noscript><p>${htmlOf(`${en} ${zh}`)}</p></noscript><div class="predictions"></div>`),
  );
}

/** The loss and the validation metric by step; nothing where nothing was tuned. */
export function curves(history: readonly HistoryLine[]): Html[] {
  if (history.length === 0) return [];
  const losses = history.flatMap(({ step, loss, validation }) => [
    { step, loss, part: "training" },
    ...(validation ? [{ step, loss: validation.loss, part: "validation" }] : []),
  ]);
  const accuracies = history.flatMap(({ step, validation }) =>
    validation?.accuracy === undefined ? [] : [{ step, accuracy: validation.accuracy }]
  );
  return [
    section(
      phrase("curves"),
      chart("loss", phrase("loss_curve"), losses),
      ...(accuracies.length > 0 ? [chart("accuracy", phrase("accuracy_curve"), accuracies)] : []),
    ),
  ];
}
