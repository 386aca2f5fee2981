/** What the stages of a run count. */
export const STAGE_UNITS = {
  reading: "files",
  compiling: "graphs",
  encoding: "texts",
  checking: "graphs",
  tuning: "steps",
  validating: "texts",
  comparing: "tokens",
  classifying: "texts",
} as const;

/** How far a stage of a run has come. */
export interface StageProgress {
  readonly stage: keyof typeof STAGE_UNITS;
  /** The number of texts, steps or tokens that are done. */
  readonly done: number;
  /** The number of all; absent where it is unknown. */
  readonly total?: number;
  /** The last training loss. */
  readonly loss?: number | undefined;
  /** The last validation accuracy, from 0 to 1. */
  readonly validation?: number | undefined;
}

/** A notice that many runs may have in common. */
export interface Notice {
  /** What it is about: of several notices about the same, one is shown. */
  readonly about: string;
  readonly line: string;
}

/** Receives the progress of a run, to display it. */
export interface ProgressReporter {
  /** Takes a notice for the user. */
  log(line: string): void;
  /** Takes a notice that many runs may have in common. */
  note(notice: Notice): void;
  /** A run begins: what it names is read. */
  begin(title: string): void;
  /** Its work starts, with this kind of prompt on this device. */
  start(title: string, kind: string, device: string): void;
  /** The run has come so far. */
  reach(progress: StageProgress): void;
  /** The run has ended, in whatever way. */
  end(): void;
}
