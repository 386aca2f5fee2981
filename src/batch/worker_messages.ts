import type { RunPolicy } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";

/** To a worker: runs to execute, or a request to stop after the current step. */
export type ToWorker =
  | {
    readonly kind: "run";
    readonly runs: readonly PlannedRun[];
    readonly policy: RunPolicy;
    readonly threads: number;
  }
  | { readonly kind: "interrupt" };

/** From a worker: the progress of one of its runs, and at the end the outcomes. */
export type FromWorker =
  | ({ readonly run: number } & RunEvent)
  | { readonly kind: "outcomes"; readonly outcomes: readonly BatchOutcome[] };

/** A call of a progress reporter, as a message. */
export type RunEvent =
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "start"; readonly title: string; readonly prompt: string; readonly device: string }
  | { readonly kind: "begin"; readonly title: string; readonly steps: number }
  | { readonly kind: "step"; readonly step: number; readonly note: string }
  | { readonly kind: "end" };

/** A reporter whose calls are sent as messages. */
export function sendingReporter(notify: (event: RunEvent) => void): ProgressReporter {
  return {
    log: (line) => notify({ kind: "log", line }),
    start: (title, prompt, device) => notify({ kind: "start", title, prompt, device }),
    begin: (title, steps) => notify({ kind: "begin", title, steps }),
    step: (step, note) => notify({ kind: "step", step, note }),
    end: () => notify({ kind: "end" }),
  };
}

/** Calls the method of a reporter that an event names. */
export function report(event: RunEvent, progress: ProgressReporter): void {
  switch (event.kind) {
    case "log":
      return progress.log(event.line);
    case "start":
      return progress.start(event.title, event.prompt, event.device);
    case "begin":
      return progress.begin(event.title, event.steps);
    case "step":
      return progress.step(event.step, event.note);
    case "end":
      return progress.end();
  }
}
