import { Html, htmlOf, phrase, section } from "./html.ts";
import { pageHtml } from "./page.ts";
import { mistakePieces, predictionList, type ReportedRun, scorePieces } from "./run_pieces.ts";
import { sampleTable } from "./answer_tables.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { SamplePrediction } from "../results/samples.ts";

/** The content of a run's report. */
export interface RunReport extends ReportedRun {
  readonly title: string;
  readonly samples: readonly SamplePrediction[];
}

/** `report.html` of a run. */
export function runReport(run: RunReport): Promise<string> {
  const { title, experiment, metrics, environment, predictions, samples } = run;
  const record: RunRecord = { experiment, metrics, environment, predictions };
  return pageHtml({
    title,
    runs: new Map([["", record]]),
    body: [
      ...(experiment.description === undefined ? [] : [new Html(`<p>${htmlOf(experiment.description)}</p>`)]),
      ...scorePieces(run),
      section(phrase("samples"), samples.length > 0 ? sampleTable(samples) : phrase("none")),
      ...mistakePieces(run),
      predictionList(predictions.length),
    ],
  });
}
