import type { Continuation } from "../generation/continuation.ts";

/** A continuation, and what it keeps on the device. */
export interface StartedContinuation {
  readonly continuation: Continuation;
  /** Frees what it keeps. */
  free(): void;
}
