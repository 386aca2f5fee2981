import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";
import type { RunOptions } from "../run/context.ts";
import { runTogether } from "./run_group.ts";
import { ResourceCache } from "../run/resource_cache.ts";

/** What a runner is told beside the run itself. */
export type RunnerFlags = Pick<RunOptions, "results" | "force" | "selfCheck" | "ifLocked">;

/** Somebody who does one run of a batch after the other, or several side by side where they take their steps together. */
export interface Runner {
  /** @param reporters one for each run */
  run(
    runs: readonly PlannedRun[],
    flags: RunnerFlags,
    reporters: readonly ProgressReporter[],
  ): Promise<readonly BatchOutcome[]>;
  /** No further runs come. */
  close(): Promise<void>;
}

/** Does the runs here. */
export class InProcessRunner implements Runner {
  constructor(private readonly resources: ResourceCache, private readonly signal: AbortSignal) {}

  run(
    runs: readonly PlannedRun[],
    flags: RunnerFlags,
    reporters: readonly ProgressReporter[],
  ): Promise<readonly BatchOutcome[]> {
    return runTogether(runs, { ...flags, signal: this.signal }, reporters, this.resources);
  }

  close(): Promise<void> {
    return this.resources.release();
  }
}

/** To a worker: runs to do, or the word to stop in good order. */
export type ToWorker =
  | {
    readonly kind: "run";
    readonly runs: readonly PlannedRun[];
    readonly flags: RunnerFlags;
    readonly threads: number;
  }
  | { readonly kind: "interrupt" };

/** From a worker: what it would tell the listener of one of its runs, and in the end how they came out. */
export type FromWorker =
  | ({ readonly run: number } & RunEvent)
  | { readonly kind: "outcomes"; readonly outcomes: readonly BatchOutcome[] };

/** What a listener is told. */
export type RunEvent =
  | { readonly kind: "say"; readonly line: string }
  | { readonly kind: "start"; readonly title: string; readonly prompt: string; readonly device: string }
  | { readonly kind: "begin"; readonly title: string; readonly steps: number }
  | { readonly kind: "step"; readonly step: number; readonly note: string }
  | { readonly kind: "end" };

/**
 * Does the runs in a worker, which has its own device and sessions: the native CPU build computes on the thread that calls
 * it. A worker that breaks takes what it was at with it; the next run gets a new one.
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

  run(
    runs: readonly PlannedRun[],
    flags: RunnerFlags,
    reporters: readonly ProgressReporter[],
  ): Promise<readonly BatchOutcome[]> {
    const all = (outcome: BatchOutcome) => runs.map(() => outcome);
    if (this.signal.aborted) return Promise.resolve(all({ kind: "interrupted" }));
    const worker = this.worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
    });
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === "outcomes") resolve(data.outcomes);
        else pass(data, reporters[data.run]!);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        this.worker = undefined;
        resolve(all({ kind: "failed", error: `the worker broke: ${event.message}` }));
      };
      worker.postMessage({ kind: "run", runs, flags, threads: this.threads } satisfies ToWorker);
    });
  }

  close(): Promise<void> {
    this.worker?.terminate();
    return Promise.resolve();
  }
}

function pass(message: RunEvent, progress: ProgressReporter): void {
  switch (message.kind) {
    case "say":
      return progress.log(message.line);
    case "start":
      return progress.start(message.title, message.prompt, message.device);
    case "begin":
      return progress.begin(message.title, message.steps);
    case "step":
      return progress.step(message.step, message.note);
    case "end":
      return progress.end();
  }
}
