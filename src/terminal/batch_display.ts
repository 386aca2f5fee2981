import progress from "cli-progress";
import { visible, visibleLines } from "../base/visible.ts";
import { duration } from "./duration.ts";
import type { Io } from "./io.ts";
import type { ProgressReporter } from "../run/progress.ts";
import { percent } from "../base/percent.ts";
import type { BatchOutcome } from "../batch/run_planned.ts";

/** The progress of a batch: one bar with the remaining time on a terminal, one line per run elsewhere. */
export class BatchDisplay {
  private readonly started = performance.now();
  private readonly bars: progress.MultiBar | undefined;
  private readonly bar: progress.SingleBar | undefined;
  private readonly underway = new Map<string, { share: number; work: number }>();
  private ended = 0;
  private worked = 0;
  private left: number;
  private device = "";

  /** @param runs the number of runs @param work their total cost, in any unit */
  constructor(
    private readonly runs: number,
    work: number,
    private readonly io: Pick<Io, "log" | "bars">,
  ) {
    this.left = work;
    if (io.bars === undefined) return;
    this.bars = new progress.MultiBar({
      format: "{bar} {percentage}% | {runs} | {note} | {left}",
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      stream: io.bars,
    }, progress.Presets.shades_classic);
    this.bar = this.bars.create(Math.max(1, work), 0, {
      runs: `0/${runs} runs`,
      note: "",
      left: "",
    });
  }

  /** The progress reporter of one run. @param work the run's cost @param tuningShare the fraction of it that is tuning */
  progress(title: string, work: number, tuningShare: number): ProgressReporter {
    let steps = 1;
    const at = (step: number, note: string) => {
      this.underway.set(title, { share: tuningShare * step / steps, work });
      this.draw(note);
    };
    return {
      log: (line) => this.log(line),
      start: (_, __, device) => this.logDevice(device),
      begin: (_, total) => {
        steps = total;
        at(0, title);
      },
      step: (step, note) => at(step, `${title} ${note}`),
      end: () => {},
    };
  }

  /** Records the end of a run. */
  end(title: string, work: number, outcome: BatchOutcome, seconds: number): void {
    this.underway.delete(title);
    this.ended++;
    if (outcome.kind === "complete") this.worked += work;
    this.left -= work;
    this.draw("");
    const left = this.timeLeft();
    this.log(
      `[${this.ended}/${this.runs}] ${title}: ${outcomeText(outcome, seconds)}${
        left === "" ? "" : `; ${left}`
      }`,
    );
  }

  /** Prints a line, above the bar if there is one. */
  log(line: string): void {
    if (this.bars === undefined) this.io.log(line);
    else this.bars.log(`${visibleLines(line)}\n`);
  }

  stop(): void {
    // Lines appear when the bar is next drawn.
    this.bars?.update();
    this.bars?.stop();
  }

  /** The runs of a batch usually share one device: it is printed when it changes. */
  private logDevice(device: string): void {
    if (device !== this.device) this.log(`on ${device}`);
    this.device = device;
  }

  private draw(note: string): void {
    const { done } = this.doneAndLeft();
    this.bar?.update(Math.min(done, this.bar.getTotal()), {
      runs: `${this.ended}/${this.runs} runs`,
      note: visible(note),
      left: this.timeLeft(),
    });
  }

  private doneAndLeft(): { done: number; left: number } {
    const partly = [...this.underway.values()].reduce((sum, { share, work }) => sum + share * work, 0);
    return { done: this.worked + partly, left: Math.max(0, this.left - partly) };
  }

  /** Estimated from the speed of this batch so far. */
  private timeLeft(): string {
    const { done, left } = this.doneAndLeft();
    const seconds = (performance.now() - this.started) / 1000;
    return done > 0 && left > 0 ? `about ${duration(seconds * left / done)} left` : "";
  }
}

function outcomeText(outcome: BatchOutcome, seconds: number): string {
  switch (outcome.kind) {
    case "complete": {
      const { test, validation } = outcome.metrics;
      const validated = validation ? `, ${percent(validation.accuracy.value)} validation` : "";
      return `${percent(test.accuracy.value)} test${validated}, ${seconds.toFixed(1)} s`;
    }
    case "kept":
      return "skipped, nothing has changed since its results";
    case "failed":
      return `failed: ${outcome.error}`;
    case "interrupted":
      return "interrupted";
    case "locked":
      return "left to another softprompt process, which is running it";
  }
}
