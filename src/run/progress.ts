import { ProgressBar, say } from "../terminal/console.ts";

/** Somebody who is told what a run does. */
export interface Listener {
  /** Something that a person should know. */
  say(line: string): void;
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
export class TerminalListener implements Listener {
  private bar: ProgressBar | undefined;

  say(line: string): void {
    say(line);
  }

  start(title: string, kind: string, device: string): void {
    say(`${title}: ${kind} prompt on ${device}`);
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
