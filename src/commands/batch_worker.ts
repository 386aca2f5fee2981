/**
 * What runs in a worker of `batch --jobs N`: one run after the other, as they are sent.
 *
 * @module
 */
import type { Listener } from "./listener.ts";
import { runPlanned } from "./run_planned.ts";
import type { FromWorker, ToWorker } from "./runner.ts";
import { Workbench } from "./workbench.ts";

/** A worker's end of the line to who started it. */
interface Line {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const line = self as unknown as Line, interrupt = new AbortController();
const listener: Listener = {
  say: (text) => line.postMessage({ kind: "say", line: text }),
  start: (title, prompt, device) => line.postMessage({ kind: "start", title, prompt, device }),
  begin: (title, steps) => line.postMessage({ kind: "begin", title, steps }),
  step: (step, note) => line.postMessage({ kind: "step", step, note }),
  end: () => line.postMessage({ kind: "end" }),
};
let workbench: Workbench | undefined;

line.onmessage = async ({ data }) => {
  if (data.kind === "interrupt") return interrupt.abort();
  const { run, flags, threads } = data;
  workbench ??= new Workbench({ say: listener.say, threads, keepsSessions: true });
  const outcome = await runPlanned(run, { ...flags, signal: interrupt.signal }, listener, workbench);
  line.postMessage({ kind: "outcome", outcome });
};
