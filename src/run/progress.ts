/** Receives the progress of a run, to display it. */
export interface ProgressReporter {
  /** Takes a notice for the user. */
  log(line: string): void;
  /** A run starts, with this kind of prompt on this device. */
  start(title: string, kind: string, device: string): void;
  /** Tuning begins. */
  begin(title: string, steps: number): void;
  /** Tuning has reached a step. */
  step(step: number, note: string): void;
  /** Tuning has ended. */
  end(): void;
}
