import type { ProgressReporter } from "../run/progress.ts";
import type { Io } from "./io.ts";
import { ProgressBar } from "./progress_bar.ts";

/** Reports progress at the terminal, with a progress bar. */
export class TerminalProgress implements ProgressReporter {
  private bar: ProgressBar | undefined;

  constructor(private readonly io: Pick<Io, "log" | "bars">) {}

  log(line: string): void {
    this.io.log(line);
  }

  start(title: string, kind: string, device: string): void {
    this.log(`${title}: ${kind} prompt on ${device}`);
  }

  begin(title: string, steps: number): void {
    this.bar = new ProgressBar(title, steps, this.io.bars);
  }

  step(step: number, note: string): void {
    this.bar?.update(step, note);
  }

  end(): void {
    this.bar?.stop();
  }
}
