/** How far something has come, for display. */
export interface Progress {
  /** What is worked on: a run, a file, a dataset. */
  readonly title: string;
  /** What is done with it: `tuning`. */
  readonly stage: string;
  /** What is counted: `steps`. */
  readonly unit: string;
  /** The number that is done. */
  readonly done: number;
  /** The number of all, where it is known. */
  readonly total?: number | undefined;
  /** What is done of everything that was asked for, from 0 to 1, where it is known. */
  readonly share?: number | undefined;
  /** The time that is left of it, in seconds, where it can be estimated. */
  readonly secondsLeft?: number | undefined;
  /** The runs of a batch. */
  readonly runs?: { readonly ended: number; readonly total: number } | undefined;
  /** The last training loss. */
  readonly loss?: number | undefined;
  /** The last validation accuracy, from 0 to 1. */
  readonly validation?: number | undefined;
}

/** Shows progress. */
export interface ProgressSink {
  /** Shows how far something has come, in place of what was shown before. */
  show(progress: Progress): void;
  /** Nothing is going on any more. */
  end(): void;
}
