import type { RunPolicy } from "../run/context.ts";
import type { ProgressReporter } from "../run/progress.ts";
import type { PlannedRun } from "./plan.ts";
import type { BatchOutcome } from "./run_planned.ts";
import type { Runner } from "./runner.ts";
import { type FromWorker, report, type ToWorker } from "./worker_messages.ts";

/**
 * Executes runs in a worker, which has its own device and sessions: the native CPU build computes on the thread that calls
 * it. When a worker crashes, its run fails; the next run gets a new worker.
 */
export class WorkerRunner implements Runner {
  private worker: Worker | undefined;

  /**
   * @param threads the number of threads of the native CPU device
   * @param workers the number of workers, of which this is one
   */
  constructor(
    private readonly threads: number,
    private readonly workers: number,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener(
      "abort",
      () => this.worker?.postMessage({ kind: "interrupt" } satisfies ToWorker),
    );
  }

  run(
    runs: readonly PlannedRun[],
    policy: RunPolicy,
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
        else report(data, reporters[data.run]!);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        this.worker = undefined;
        const shared = "the worker crashed";
        const error = `${shared}: ${event.message}`;
        resolve(all({ kind: "failed", error, shared, isInputFault: false }));
      };
      const { threads, workers } = this;
      worker.postMessage({ kind: "run", runs, policy, threads, workers } satisfies ToWorker);
    });
  }

  close(): Promise<void> {
    this.worker?.terminate();
    return Promise.resolve();
  }
}
