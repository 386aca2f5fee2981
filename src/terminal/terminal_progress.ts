import type { ProgressReporter } from "../run/progress.ts";
import { log, ProgressBar } from "./console.ts";

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
