import type { Listener } from "./listener.ts";
import type { PlannedRun } from "./plan.ts";
import { type BatchOutcome, runPlanned } from "./run_planned.ts";
import type { RunOptions } from "./run_options.ts";
import { Workbench } from "./workbench.ts";

/** What a runner is told beside the run itself. */
export type RunnerFlags = Pick<RunOptions, "results" | "force" | "ifLocked">;

/** Somebody who does one run of a batch after the other. */
export interface Runner {
  run(run: PlannedRun, flags: RunnerFlags, listener: Listener): Promise<BatchOutcome>;
  /** No further runs come. */
  close(): Promise<void>;
}

/** Does the runs here. */
export class HereRunner implements Runner {
  constructor(private readonly workbench: Workbench, private readonly signal: AbortSignal) {}

  run(run: PlannedRun, flags: RunnerFlags, listener: Listener): Promise<BatchOutcome> {
    return runPlanned(run, { ...flags, signal: this.signal }, listener, this.workbench);
  }

  close(): Promise<void> {
    return this.workbench.release();
  }
}

/** To a worker: a run to do, or the word to stop in good order. */
export type ToWorker =
  | { readonly kind: "run"; readonly run: PlannedRun; readonly flags: RunnerFlags; readonly threads: number }
  | { readonly kind: "interrupt" };

/** From a worker: what it would tell a listener, and in the end how the run came out. */
export type FromWorker =
  | { readonly kind: "say"; readonly line: string }
  | { readonly kind: "start"; readonly title: string; readonly prompt: string; readonly device: string }
  | { readonly kind: "begin"; readonly title: string; readonly steps: number }
  | { readonly kind: "step"; readonly step: number; readonly note: string }
  | { readonly kind: "end" }
  | { readonly kind: "outcome"; readonly outcome: BatchOutcome };

/**
 * Does the runs in a worker, which has its own device and sessions: the native CPU build computes on the thread that calls
 * it. A worker that breaks takes one run with it; the next run gets a new one.
 */
export class WorkerRunner implements Runner {
  private worker: Worker | undefined;

  /** @param threads of the native CPU */
  constructor(private readonly threads: number, private readonly signal: AbortSignal) {
    signal.addEventListener(
      "abort",
      () => this.worker?.postMessage({ kind: "interrupt" } satisfies ToWorker),
    );
  }

  run(run: PlannedRun, flags: RunnerFlags, listener: Listener): Promise<BatchOutcome> {
    if (this.signal.aborted) return Promise.resolve({ kind: "interrupted" });
    const worker = this.worker ??= new Worker(new URL("./batch_worker.ts", import.meta.url), {
      type: "module",
    });
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === "outcome") resolve(data.outcome);
        else pass(data, listener);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        this.worker = undefined;
        resolve({ kind: "failed", error: `the worker broke: ${event.message}` });
      };
      worker.postMessage({ kind: "run", run, flags, threads: this.threads } satisfies ToWorker);
    });
  }

  close(): Promise<void> {
    this.worker?.terminate();
    return Promise.resolve();
  }
}

function pass(message: Exclude<FromWorker, { kind: "outcome" }>, listener: Listener): void {
  switch (message.kind) {
    case "say":
      return listener.say(message.line);
    case "start":
      return listener.start(message.title, message.prompt, message.device);
    case "begin":
      return listener.begin(message.title, message.steps);
    case "step":
      return listener.step(message.step, message.note);
    case "end":
      return listener.end();
  }
}
