import { percent } from "../base/percent.ts";
import type { Diff } from "../diff/diff.ts";
import type { ClassExperiment } from "../experiment/class_experiment.ts";
import { templateText } from "../experiment/template.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { SamplePrediction } from "../results/samples.ts";
import { answerCells } from "./answer_tables.ts";
import { diffPieces } from "./diff_report.ts";
import {
  below,
  breakable,
  type Content,
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
import type { PhraseName } from "./phrases.ts";
import { mistakePieces, predictionList, type ReportedRun, scorePieces } from "./run_pieces.ts";

/** A run on a page of several. */
export interface LabRun extends ReportedRun {
  /** The name that it was given by, its own among the runs of the page. */
  readonly name: string;
  /** Its own sentences; `undefined` where the run did not keep them as data. */
  readonly samples: readonly SamplePrediction[] | undefined;
}

/** The other runs compared with the first one, or why that is not possible; `undefined` where there is one run. */
export type LabDiff = Diff | { readonly reason: string } | undefined;

/** A page of several runs: their scores, the comparison of all with the first, their own sentences side by side, and each run. */
export function labReport(title: string, runs: readonly LabRun[], diff: LabDiff): Promise<string> {
  const records = runs.map(({ name, experiment, metrics, environment, predictions }) =>
    [name, { experiment, metrics, environment, predictions }] as const
  );
  return pageHtml({
    title,
    runs: new Map<string, RunRecord>(records),
    body: [
      section(phrase("runs"), overviewTable(runs)),
      ...comparison(diff),
      section(phrase("samples"), ...sampleTables(runs)),
      ...runs.map(runPart),
      predictionList(runs.reduce((sum, { predictions }) => sum + predictions.length, 0)),
    ],
  });
}

/** What was prompted, and how good it is, a row for each run. */
function overviewTable(runs: readonly LabRun[]): Html {
  return table(
    [
      phrase("run"),
      phrase("kind"),
      termName("accuracy"),
      termName("interval"),
      termName("macro_f1"),
      termName("loss"),
      termName("expected_calibration_error"),
    ],
    runs.map(({ name, experiment, metrics: { test } }, i) => [
      new Html(`<a href="#run-${i}">${htmlOf(breakable(name))}</a>`),
      phrase(kindOf(experiment)),
      number(percent(test.accuracy.value), "accuracy"),
      number(test.accuracy.interval.map(percent).join(" – "), "interval"),
      number(test.macro_f1.toFixed(3), "macro_f1"),
      number(test.loss.toFixed(3), "loss"),
      number(test.expected_calibration_error.toFixed(3), "expected_calibration_error"),
    ]),
  );
}

function kindOf({ tune, prompt }: ClassExperiment): PhraseName {
  if (tune === "all") return "tuned_model";
  return prompt.kind === "hard" ? "hard_prompt" : "soft_prompt";
}

function comparison(diff: LabDiff): Html[] {
  if (diff === undefined) return [];
  const pieces = "reason" in diff
    ? [new Html(`<p>${htmlOf(together(phrase("not_comparable"), ` ${diff.reason}`))}</p>`)]
    : diffPieces(diff);
  return [together(new Html(`<h2>${htmlOf(phrase("comparison"))}</h2>`), below(...pieces))];
}

/** The largest number of runs whose answers have columns beside each other, so that the page fits a sheet of paper. */
const MOST_COLUMNS = 4;

/** The runs' own sentences with the answers of all runs: each in one row, or in a row for each run where these are many. */
function sampleTables(runs: readonly LabRun[]): Content[] {
  const answers = runs.map(({ samples = [] }) =>
    new Map(samples.map((sample) => [JSON.stringify([sample.text, sample.label]), sample]))
  );
  const sentences = new Map(answers.flatMap((one) => [...one]));
  const answered = [...sentences].map(([key, { text, label }]) => ({
    sentence: [text, label ?? ""],
    cells: answers.map((one) => answerCell(one.get(key))),
  }));
  const names = runs.map(({ name }) => breakable(name));
  const sentenceHeader = [phrase("text"), phrase("label")];
  const found = runs.length <= MOST_COLUMNS
    ? table([...sentenceHeader, ...names], answered.map(({ sentence, cells }) => [...sentence, ...cells]))
    : table(
      [...sentenceHeader, phrase("run"), phrase("predicted")],
      answered.flatMap(({ sentence, cells }) =>
        cells.map((cell, i) => [...(i === 0 ? sentence : ["", ""]), names[i]!, cell])
      ),
    );
  return [
    answered.length > 0 ? found : phrase("none"),
    ...(runs.some(({ samples }) => samples === undefined)
      ? [new Html(`<p class="soft">${htmlOf(phrase("samples_not_kept"))}</p>`)]
      : []),
  ];
}

/** Empty where the run has no answer. */
function answerCell(answer: SamplePrediction | undefined): Content {
  return answer === undefined ? "" : together(...answerCells(answer).flatMap((part) => [part, " "]));
}

function runPart(run: LabRun, index: number): Html {
  const { name, experiment } = run;
  const { description } = experiment;
  return new Html(
    `<section class="run" id="run-${index}"><h2>${htmlOf(breakable(name))}</h2>\n${
      htmlOf(together(
        ...(description === undefined ? [] : [new Html(`<p>${htmlOf(description)}</p>`)]),
        promptTable(experiment),
        below(...scorePieces(run), ...mistakePieces(run)),
      ))
    }</section>`,
  );
}

/** What the model is asked with. */
function promptTable(experiment: ClassExperiment): Html {
  const { prompt, verbalizer } = experiment;
  const rows: Content[][] = [
    [phrase("kind"), phrase(kindOf(experiment))],
    [phrase("template"), new Html(`<code>${htmlOf(templateText(prompt.template))}</code>`)],
    ...(prompt.kind === "soft" ? [[phrase("length"), number(String(prompt.length), "setting")]] : []),
    ...Object.entries(verbalizer).map(([name, words]) => [
      together(phrase("class"), ` ${name}`),
      words.join(", "),
    ]),
  ];
  return table([phrase("prompt"), ""], rows);
}
