/**
 * What runs in a worker of `batch --jobs N`: what is sent, one after the other.
 *
 * @module
 */
import type { Listener } from "../run/progress.ts";
import { runTogether } from "./run_together.ts";
import type { FromWorker, Told, ToWorker } from "./runner.ts";
import { Workbench } from "../run/resource_cache.ts";

/** A worker's end of the line to who started it. */
interface Line {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const line = self as unknown as Line, interrupt = new AbortController();
let workbench: Workbench | undefined;

/** Hands on what is told of a run. */
function listenerOf(run: number): Listener {
  const tell = (told: Told) => line.postMessage({ run, ...told });
  return {
    say: (text) => tell({ kind: "say", line: text }),
    start: (title, prompt, device) => tell({ kind: "start", title, prompt, device }),
    begin: (title, steps) => tell({ kind: "begin", title, steps }),
    step: (step, note) => tell({ kind: "step", step, note }),
    end: () => tell({ kind: "end" }),
  };
}

line.onmessage = async ({ data }) => {
  if (data.kind === "interrupt") return interrupt.abort();
  const { runs, flags, threads } = data;
  workbench ??= new Workbench({ say: listenerOf(0).say, threads, keepsSessions: true });
  const options = { ...flags, signal: interrupt.signal }, listeners = runs.map((_, i) => listenerOf(i));
  const outcomes = await runTogether(runs, options, listeners, workbench);
  line.postMessage({ kind: "outcomes", outcomes });
};
