import type { RunPolicy } from "../run/context.ts";
import type { Notice, ProgressReporter, StageProgress } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** To a worker: runs to execute, or a request to stop after the current step. */
export type ToWorker =
  | {
    readonly kind: "run";
    readonly runs: readonly PlannedRun[];
    readonly policy: RunPolicy;
    readonly threads: number;
    /** The number of workers, of which this is one. */
    readonly workers: number;
  }
  | { readonly kind: "interrupt" };

/** From a worker: the progress of one of its runs, and at the end the outcomes. */
export type FromWorker =
  | ({ readonly run: number } & RunEvent)
  | { readonly kind: "outcomes"; readonly outcomes: readonly BatchOutcome[] };

/** A call of a progress reporter, as a message. */
export type RunEvent =
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "note"; readonly notice: Notice }
  | { readonly kind: "begin"; readonly title: string }
  | { readonly kind: "start"; readonly title: string; readonly prompt: string; readonly device: string }
  | { readonly kind: "reach"; readonly progress: StageProgress }
  | { readonly kind: "end" };

/** A reporter whose calls are sent as messages. */
export function sendingReporter(notify: (event: RunEvent) => void): ProgressReporter {
  return {
    log: (line) => notify({ kind: "log", line }),
    note: (notice) => notify({ kind: "note", notice }),
    begin: (title) => notify({ kind: "begin", title }),
    start: (title, prompt, device) => notify({ kind: "start", title, prompt, device }),
    reach: (progress) => notify({ kind: "reach", progress }),
    end: () => notify({ kind: "end" }),
  };
}

/** Calls the method of a reporter that an event names. */
export function report(event: RunEvent, progress: ProgressReporter): void {
  switch (event.kind) {
    case "log":
      return progress.log(event.line);
    case "note":
      return progress.note(event.notice);
    case "begin":
      return progress.begin(event.title);
    case "start":
      return progress.start(event.title, event.prompt, event.device);
    case "reach":
      return progress.reach(event.progress);
    case "end":
      return progress.end();
  }
}
