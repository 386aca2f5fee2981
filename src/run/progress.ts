import { log, ProgressBar } from "../terminal/console.ts";

/** Somebody who is told what a run does. */
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

/** A person at the terminal, who sees a progress bar. */
export class TerminalProgress implements ProgressReporter {
  private bar: ProgressBar | undefined;

  log(line: string): void {
    log(line);
  }

  start(title: string, kind: string, device: string): void {
    log(`${title}: ${kind} prompt on ${device}`);
  }

  begin(title: string, steps: number): void {
    this.bar = new ProgressBar(title, steps);
  }

  step(step: number, note: string): void {
    this.bar?.update(step, note);
  }

  end(): void {
    this.bar?.stop();
  }
}
