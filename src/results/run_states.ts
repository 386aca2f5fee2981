/**
 * How a run is: `running`, somebody has its lock; `partial`, it was begun and can be resumed; `damaged`, a file is missing or not as it
 * was written; `newer`, a newer version wrote it.
 */
export const RUN_STATES = ["complete", "running", "failed", "partial", "damaged", "newer"] as const;

/** One of these. */
export type RunState = typeof RUN_STATES[number];
