import { stringify } from "yaml";
import { experimentYaml } from "../results/experiment_yaml.ts";
import { reliabilityBins } from "../evaluation/calibration.ts";
import type { PromptInterpretation } from "../prompt/interpretation.ts";
import type { EnsembleFile } from "../results/ensemble_file.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { classTable, memberTable, mistakes, sampleTable } from "./answer_tables.ts";
import { dataSection } from "./data_table.ts";
import { chart, details, Html, htmlOf, phrase, preformatted, section } from "./html.ts";
import { metricsTable } from "./metrics_table.ts";
import { neighbourTables } from "./neighbour_tables.ts";
import { pageHtml } from "./page.ts";

/** The content of a run's report. */
export interface RunReport extends RunRecord {
  readonly title: string;
  readonly history: readonly HistoryLine[];
  readonly samples: readonly SamplePrediction[];
  /** Only for a soft prompt. */
  readonly meaning?: PromptInterpretation;
  /** Only for an ensemble. */
  readonly ensemble?: EnsembleFile;
}

/** `report.html` of a run. */
export function runReport(run: RunReport): Promise<string> {
  const { title, experiment, metrics, environment, history, predictions, samples } = run;
  const record: RunRecord = { experiment, metrics, environment, predictions };
  return pageHtml({
    title,
    runs: new Map([["", record]]),
    charts: chartData(run),
    body: [
      ...(experiment.description === undefined ? [] : [new Html(`<p>${htmlOf(experiment.description)}</p>`)]),
      metricsTable(metrics),
      ...(run.ensemble ? [section(phrase("ensemble"), memberTable(run.ensemble))] : []),
      ...dataSection(environment),
      ...curves(history),
      section(phrase("confusion"), chart("confusion", phrase("confusion_caption")), classTable(metrics.test)),
      section(phrase("reliability"), chart("reliability", phrase("reliability_caption"))),
      section(phrase("samples"), samples.length > 0 ? sampleTable(samples) : phrase("none")),
      section(phrase("mistakes"), mistakes(predictions)),
      ...(run.meaning ? [section(phrase("neighbours"), ...neighbourTables(run.meaning))] : []),
      details(phrase("experiment"), preformatted(experimentYaml(experiment))),
      details(phrase("environment"), preformatted(stringify(environment))),
    ],
  });
}

function chartData({ metrics, history, predictions }: RunReport): Record<string, unknown> {
  return {
    loss: history.flatMap(({ step, loss, validation }) => [
      { step, loss, part: "training" },
      ...(validation ? [{ step, loss: validation.loss, part: "validation" }] : []),
    ]),
    accuracy: history.flatMap(({ step, validation }) =>
      validation ? [{ step, accuracy: validation.accuracy }] : []
    ),
    confusion: metrics.test.confusion,
    reliability: reliabilityBins(predictions.map(({ label, predicted, probabilities }) => ({
      confidence: probabilities[predicted]!,
      correct: label === predicted,
    }))),
  };
}

function curves(history: readonly HistoryLine[]): Html[] {
  if (history.length === 0) return [];
  const isValidated = history.some(({ validation }) => validation !== undefined);
  return [
    section(
      phrase("curves"),
      chart("loss", phrase("loss_curve")),
      ...(isValidated ? [chart("accuracy", phrase("accuracy_curve"))] : []),
    ),
  ];
}
