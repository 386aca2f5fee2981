import { stringify } from "yaml";
import { percent } from "../base/percent.ts";
import { experimentYaml } from "../results/experiment_yaml.ts";
import { reliabilityBins } from "../evaluation/calibration.ts";
import type { Neighbourhood, PromptInterpretation } from "../prompt/interpretation.ts";
import type { EnsembleFile } from "../results/ensemble_file.ts";
import type { PartMetrics } from "../results/metrics_file.ts";
import { type Prediction, worstMistakes } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { SamplePrediction } from "../results/samples.ts";
import type { HistoryLine } from "../training/trainer.ts";
import {
  breakable,
  chart,
  type Content,
  details,
  Html,
  htmlOf,
  link,
  number,
  phrase,
  preformatted,
  section,
  table,
  termName,
  together,
} from "./html.ts";
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

/** The number of worst mistakes that a report shows. */
const MISTAKES = 15;

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
      metricsTable(run),
      ...(run.ensemble ? [section(phrase("ensemble"), memberTable(run.ensemble))] : []),
      ...curves(history),
      section(phrase("confusion"), chart("confusion", phrase("confusion_caption")), classTable(metrics.test)),
      section(phrase("reliability"), chart("reliability", phrase("reliability_caption"))),
      section(phrase("samples"), samples.length > 0 ? sampleTable(samples) : phrase("none")),
      section(phrase("mistakes"), mistakes(predictions)),
      ...(run.meaning ? [section(phrase("neighbours"), ...meaning(run.meaning))] : []),
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

function metricsTable({ metrics }: RunReport): Html {
  const { test, validation, best_step, seconds, parameters, majority, calibration, transfer = {} } = metrics;
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
    number(percent(part.illegal_rate), "illegal_rate"),
  ];
  const header = [
    phrase("part"),
    termName("examples"),
    termName("accuracy"),
    termName("macro_f1"),
    termName("loss"),
    termName("expected_calibration_error"),
    termName("illegal_rate"),
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
      `<p>${
        htmlOf(number(`${grouped(parameters.trained)} of ${grouped(parameters.of_model)}`, "parameters"))
      } ${htmlOf(termName("parameters"))} (${(100 * parameters.share).toPrecision(2)}%)</p>`,
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

/** An integer with separated thousands. */
function grouped(count: number): string {
  return count.toLocaleString("en");
}

function memberTable({ members, average, best, ensemble }: EnsembleFile): Html {
  return table(
    [phrase("run"), together(phrase("test"), " ", termName("accuracy"))],
    [
      ...members.map(({ run, accuracy }): Content[] => [
        link(`${run}/report.html`, breakable(run)),
        number(percent(accuracy), "accuracy"),
      ]),
      [phrase("average"), number(percent(average), "accuracy")],
      [phrase("best_single"), number(percent(best), "accuracy")],
      [phrase("all_together"), number(percent(ensemble), "accuracy")],
    ],
  );
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

function classTable({ per_class, confusion: { classes, counts } }: PartMetrics): Html {
  return table(
    [
      phrase("class"),
      ...classes.map((name) => together(phrase("predicted"), ` ${name}`)),
      termName("precision"),
      termName("recall"),
    ],
    classes.map((name, i) => [
      name,
      ...counts[i]!.map((count) => number(String(count), "count")),
      number(per_class[name]!.precision.toFixed(3), "precision"),
      number(per_class[name]!.recall.toFixed(3), "recall"),
    ]),
  );
}

function sampleTable(samples: readonly SamplePrediction[]): Html {
  return table(
    [phrase("text"), phrase("label"), phrase("predicted"), termName("probability")],
    samples.map((sample) => [sample.text, sample.label ?? "", ...answer(sample)]),
  );
}

function mistakes(predictions: readonly Prediction[]): Content {
  const worst = worstMistakes(predictions, MISTAKES);
  if (worst.length === 0) return phrase("none");
  return table(
    [phrase("text"), phrase("label"), phrase("predicted"), termName("probability")],
    worst.map((mistake) => [
      together(mistake.text, new Html(` <span class="soft">${htmlOf(mistake.id)}</span>`)),
      mistake.label,
      ...answer(mistake),
    ]),
  );
}

function answer({ label, predicted, probabilities }: SamplePrediction): Content[] {
  const isWrong = label !== undefined && label !== predicted;
  return [
    isWrong ? new Html(`<span class="wrong">${htmlOf(predicted)}</span>`) : predicted,
    number(probabilities[predicted]!.toFixed(3), "probability"),
  ];
}

function neighbourTable(neighbours: readonly Neighbourhood[]): Html {
  const began = neighbours.some(({ initial_token }) => initial_token !== undefined);
  return table(
    [
      termName("vector"),
      ...(began ? [phrase("initial")] : []),
      phrase("nearest"),
      termName("distance"),
      termName("turned"),
    ],
    neighbours.map(({ vector, initial_token, nearest, movement }) => [
      number(String(vector), "vector"),
      ...(began ? [initial_token ?? ""] : []),
      together(...nearest.flatMap(({ token, cosine }, i) => [
        `${i > 0 ? ", " : ""}${token} `,
        number(cosine.toFixed(2), "cosine"),
      ])),
      number(movement.distance.toFixed(2), "distance"),
      number(movement.cosine.toFixed(2), "turned"),
    ]),
  );
}

/** The nearest tokens of each vector, the vectors that share one, and the verbalizer's words near them. */
function meaning({ vectors, duplicates, label_words }: PromptInterpretation): Html[] {
  const list = (numbers: readonly number[]) => numbers.join(", ");
  return [
    neighbourTable(vectors),
    table(
      [phrase("class"), phrase("label_word"), phrase("found_around")],
      label_words.map((word) => [
        word.class,
        word.token,
        word.vectors.length > 0 ? list(word.vectors) : phrase("nowhere"),
      ]),
    ),
    ...(duplicates.length > 0
      ? [table(
        [phrase("nearest"), phrase("shared_by")],
        duplicates.map((group) => [group.token, list(group.vectors)]),
      )]
      : []),
  ];
}
