/**
 * What runs in a worker of `batch --jobs N`: what is sent, one after the other.
 *
 * @module
 */
import type { ProgressReporter } from "../run/progress.ts";
import { runTogether } from "./run_group.ts";
import type { FromWorker, RunEvent, ToWorker } from "./worker_runner.ts";
import { ResourceCache } from "../run/resource_cache.ts";

/** A worker's end of the line to who started it. */
interface Line {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const line = self as unknown as Line, interrupt = new AbortController();
let resources: ResourceCache | undefined;

/** Hands on what is told of a run. */
function progressOf(run: number): ProgressReporter {
  const notify = (event: RunEvent) => line.postMessage({ run, ...event });
  return {
    log: (text) => notify({ kind: "say", line: text }),
    start: (title, prompt, device) => notify({ kind: "start", title, prompt, device }),
    begin: (title, steps) => notify({ kind: "begin", title, steps }),
    step: (step, note) => notify({ kind: "step", step, note }),
    end: () => notify({ kind: "end" }),
  };
}

line.onmessage = async ({ data }) => {
  if (data.kind === "interrupt") return interrupt.abort();
  const { runs, flags, threads } = data;
  resources ??= new ResourceCache({ log: progressOf(0).log, threads, keepsSessions: true });
  const options = { ...flags, signal: interrupt.signal }, reporters = runs.map((_, i) => progressOf(i));
  const outcomes = await runTogether(runs, options, reporters, resources);
  line.postMessage({ kind: "outcomes", outcomes });
};
