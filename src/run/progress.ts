/** Takes what a run does, to show it. */
export interface ProgressReporter {
  /** Something that a person should know. */
  log(line: string): void;
  /** A run begins, of this kind of prompt on this device. */
  start(title: string, kind: string, device: string): void;
  /** Tuning begins. */
  begin(title: string, steps: number): void;
  /** Tuning has come to a step. */
  step(step: number, note: string): void;
  /** Tuning is over. */
  end(): void;
}
