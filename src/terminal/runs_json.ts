import type { CompleteMetrics } from "../results/metrics_file.ts";

/** How a run ended, for a program that called. */
export type EndedRun =
  | { readonly kind: "complete" | "kept"; readonly metrics: CompleteMetrics }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "interrupted" | "locked" | "not started" };

/** A run as JSON. @param folder of its results; `undefined` where it has none */
export function runJson(title: string, folder: string | undefined, ended: EndedRun): object {
  const { kind, ...rest } = ended.kind === "failed" ? { kind: ended.kind, error: ended.error } : ended;
  return { run: title, status: kind, ...(folder !== undefined && { folder }), ...rest };
}

/** What `run --json` and `batch --json` print. @param more what else is written of all runs together */
export function runsJson(runs: readonly object[], more: object = {}): string {
  return JSON.stringify({ format: "softprompt-runs/1", runs, ...more }, null, 2);
}
