import { percent } from "../base/percent.ts";
import { visible } from "../base/visible.ts";
import type { FoundRun } from "../results/found_run.ts";
import { type Headline, headlineOf } from "../results/headline.ts";
import { perplexityText } from "./result_cells.ts";
import type { Style } from "./style.ts";
import { tableLines } from "./table.ts";

/** The largest length of a problem in a list, in characters. */
const LONGEST = 100;

/** Runs as a table. @param columns the terminal's width, where there is one */
export function runListLines(runs: readonly FoundRun[], style: Style, columns: number | undefined): string[] {
  const headlines = runs.map(({ metrics }) => metrics && headlineOf(metrics));
  const areAccuracies = headlines.every((one) => one === undefined || one.metric === "accuracy");
  const rows = runs.map((run, i) => {
    const { name, folder, state, environment, problem } = run;
    const headline = headlines[i];
    const what = environment === undefined
      ? shortened(problem ?? "")
      : `${environment.model.source}, ${environment.dataset.name}`;
    return [
      name === "" ? folder : name,
      timeText(run.time),
      state === "failed" || state === "damaged" ? style("red", state) : state,
      ...(areAccuracies ? [] : [headline?.metric ?? ""]),
      headline ? headlineText(headline) : "",
      headline ? intervalText(headline) : "",
      what,
    ];
  });
  const header = [
    "run",
    "ended (UTC)",
    "status",
    ...(areAccuracies ? ["test accuracy"] : ["metric", "test"]),
    "95% interval",
    "about",
  ];
  return tableLines(header, rows, columns);
}

/** A time to the minute, in UTC. */
export function timeText(time: Date | undefined): string {
  return time === undefined ? "" : time.toISOString().slice(0, 16).replace("T", " ");
}

/** The value of a run's metric. */
export function headlineText({ metric, value }: Headline): string {
  return metric === "perplexity" || value === null ? perplexityText(value) : percent(value);
}

/** The ends of its interval; empty where there is none. */
export function intervalText({ metric, interval }: Headline): string {
  if (interval === null) return "";
  return interval.map((end) => metric === "perplexity" ? perplexityText(end) : (100 * end).toFixed(1))
    .join(" to ");
}

function shortened(text: string): string {
  const [line = ""] = visible(text).split("\\n");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
