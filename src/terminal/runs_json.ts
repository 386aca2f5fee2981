import type { CompleteMetrics } from "../results/metrics_file.ts";

/** How a run ended, for a program that called. */
export type EndedRun =
  | { readonly kind: "complete" | "kept"; readonly metrics: CompleteMetrics }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "interrupted" | "locked" | "stopped" | "not started" };

/** A run as JSON. @param folder of its results; `undefined` where it has none */
export function runJson(title: string, folder: string | undefined, ended: EndedRun): object {
  return { run: title, status: ended.kind, ...(folder !== undefined && { folder }), ...about(ended) };
}

function about(ended: EndedRun): object {
  if (ended.kind === "failed") return { error: ended.error };
  return "metrics" in ended ? { metrics: ended.metrics } : {};
}

/** What `run --json` and `batch --json` print. @param more what else is written of all runs together */
export function runsJson(runs: readonly object[], more: object = {}): string {
  return JSON.stringify({ format: "softprompt-runs/1", runs, ...more }, null, 2);
}
