import { counted } from "../base/counted.ts";
import type { EstimatedRun } from "../batch/estimate.ts";
import type { PlannedRun } from "../batch/plan.ts";
import type { Prepared } from "../run/prepare.ts";
import { duration } from "../terminal/duration.ts";
import { tableLines } from "../terminal/table.ts";
import { classLine } from "./class_line.ts";

/** A run without problems. */
export interface SoundRun extends EstimatedRun {
  readonly run: PlannedRun;
  readonly prepared: Prepared;
  readonly truncated: number;
}

/**
 * What would run.
 *
 * @param isListed whether each run has a line; else each file has one
 * @param columns the terminal's width, where there is one
 */
export function planLines(
  sound: readonly SoundRun[],
  isListed: boolean,
  columns: number | undefined,
): string[] {
  return [
    ...(isListed ? runTable : fileTable)(sound, columns),
    "",
    ...classLines(sound),
    "",
    total(sound),
    ...(isListed ? [] : ["--verbose lists each run"]),
  ];
}

/** A table of runs. */
function runTable(sound: readonly SoundRun[], columns: number | undefined): string[] {
  return tableLines(
    ["run", "prompt", "train", "validation", "test", "truncated", "steps", "time", "results"],
    sound.map((
      { run: { title, path }, prepared: { experiment, dataset }, steps, truncated, state, seconds },
    ) => [
      title,
      experiment.prompt.kind === "soft" ? `soft, ${experiment.prompt.length}` : "hard",
      String(dataset.train.length),
      String(dataset.validation.length),
      String(dataset.test.length),
      String(truncated),
      String(steps),
      isDone(state) ? "done" : seconds === undefined ? "?" : `about ${duration(seconds)}`,
      state === "new" ? path : `${path} (${state})`,
    ]),
    columns,
  );
}

/** A table of the files that the runs are of. */
function fileTable(sound: readonly SoundRun[], columns: number | undefined): string[] {
  const files = [...Map.groupBy(sound, ({ run: { file } }) => file).values()];
  return tableLines(
    ["experiment", "runs", "train", "validation", "test", "truncated", "steps", "time", "done"],
    files.map((runs) => {
      const sizes = (part: "train" | "validation" | "test") =>
        range(runs.map(({ prepared: { dataset } }) => dataset[part].length));
      const left = runs.filter(({ state }) => !isDone(state));
      return [
        runs[0]!.run.experiment.name,
        String(runs.length),
        sizes("train"),
        sizes("validation"),
        sizes("test"),
        range(runs.map(({ truncated }) => truncated)),
        String(left.reduce((sum, { steps }) => sum + steps, 0)),
        left.length === 0
          ? ""
          : left.some(({ seconds }) => seconds === undefined)
          ? "?"
          : `about ${duration(secondsOf(left))}`,
        left.length === 0 ? "all" : String(runs.length - left.length),
      ];
    }),
    columns,
  );
}

/** Whether a run's results exist, in their place or in the history, from where they would be put back. */
function isDone(state: SoundRun["state"]): boolean {
  return state === "complete" || state === "in the history";
}

/** `8`, or `8 to 16` */
function range(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least} to ${most}`;
}

function secondsOf(runs: readonly SoundRun[]): number {
  return runs.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
}

/** The number of examples of each class, once for all runs with the same data. */
function classLines(sound: readonly SoundRun[]): string[] {
  const byData = Map.groupBy(sound, ({ prepared: { dataset } }) => dataset.sha256);
  return [...byData.values()].map((runs) =>
    classLine(runs[0]!.run.title, runs.length, runs[0]!.prepared.dataset)
  );
}

function total(sound: readonly SoundRun[]): string {
  const left = sound.filter(({ state }) => !isDone(state));
  const done = sound.length - left.length;
  const unknown = left.filter(({ seconds }) => seconds === undefined).length;
  const seconds = secondsOf(left);
  const time = unknown === left.length
    ? "no earlier run like these to estimate the time from"
    : `about ${duration(seconds)} estimated from earlier runs${
      unknown > 0 ? `, ${unknown} of them unknown` : ""
    }`;
  const steps = left.reduce((sum, one) => sum + one.steps, 0);
  return [
    `${counted(left.length, "run")} to do, ${counted(steps, "step")}${left.length > 0 ? `: ${time}` : ""}`,
    ...(done > 0 ? [`${done} done already`] : []),
  ].join("; ");
}
