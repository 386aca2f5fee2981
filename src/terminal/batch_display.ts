import { duration } from "./duration.ts";
import type { CommandIo } from "./command_io.ts";
import { Notices } from "./notices.ts";
import { RunStages } from "./run_stages.ts";
import type { ProgressReporter, StageProgress } from "../run/progress.ts";
import { percent } from "../base/percent.ts";
import { areOfClasses } from "../results/metrics_file.ts";
import { perplexityText } from "./result_cells.ts";
import type { BatchOutcome } from "../batch/run_planned.ts";

/** The progress of a batch: that of the run which has come farther last, and how much of the whole batch is done. */
export class BatchDisplay {
  private readonly started = performance.now();
  private readonly notices: Notices;
  private readonly underway = new Map<string, { share: number; work: number }>();
  private ended = 0;
  private worked = 0;
  private left: number;
  private device = "";

  /** @param runs the number of runs @param work their total cost, in any unit */
  constructor(
    private readonly runs: number,
    work: number,
    private readonly io: Pick<CommandIo, "log" | "progress">,
  ) {
    this.left = work;
    this.notices = new Notices(io.log);
  }

  /** The progress reporter of one run. @param work the run's cost @param tuningShare the fraction of it that is tuning */
  progress(title: string, work: number, tuningShare: number): ProgressReporter {
    const stages = new RunStages(title);
    let share = 0;
    return {
      log: (line) => this.log(line),
      note: (notice) => this.notices.log(notice),
      begin: () => {},
      start: (_, __, device) => this.logDevice(device),
      reach: (progress) => {
        share = shareOfRun(progress, tuningShare) ?? share;
        this.underway.set(title, { share, work });
        const { done, left } = this.doneAndLeft();
        this.io.progress.show({
          ...stages.reach(progress),
          share: done + left > 0 ? done / (done + left) : undefined,
          secondsLeft: this.secondsLeft(),
          runs: { ended: this.ended, total: this.runs },
        });
      },
      end: () => {},
    };
  }

  /** Records the end of a run. */
  end(title: string, work: number, outcome: BatchOutcome, seconds: number): void {
    this.underway.delete(title);
    this.ended++;
    if (outcome.kind === "complete" || outcome.kind === "stopped") this.worked += work;
    this.left -= work;
    const left = this.secondsLeft();
    this.log(
      `[${this.ended}/${this.runs}] ${title}: ${outcomeText(outcome, seconds)}${
        left === undefined ? "" : `; about ${duration(left)} left`
      }`,
    );
  }

  /** Prints a line. */
  log(line: string): void {
    this.io.log(line);
  }

  stop(): void {
    this.io.progress.end();
  }

  /** The runs of a batch usually share one device: it is printed when it changes. */
  private logDevice(device: string): void {
    if (device !== this.device) this.log(`on ${device}`);
    this.device = device;
  }

  private doneAndLeft(): { done: number; left: number } {
    const partly = [...this.underway.values()].reduce((sum, { share, work }) => sum + share * work, 0);
    return { done: this.worked + partly, left: Math.max(0, this.left - partly) };
  }

  /** Estimated from the speed of this batch so far. */
  private secondsLeft(): number | undefined {
    const { done, left } = this.doneAndLeft();
    const seconds = (performance.now() - this.started) / 1000;
    return done > 0 && left > 0 ? seconds * left / done : undefined;
  }
}

/** The part of a run's work that is done at a stage; `undefined` where the stage is none that counts. */
function shareOfRun({ stage, done, total = 0 }: StageProgress, tuningShare: number): number | undefined {
  if (total === 0) return undefined;
  if (stage === "tuning") return tuningShare * done / total;
  return stage === "classifying" ? tuningShare + (1 - tuningShare) * done / total : undefined;
}

function outcomeText(outcome: BatchOutcome, seconds: number): string {
  switch (outcome.kind) {
    case "complete": {
      const { metrics } = outcome;
      if (!areOfClasses(metrics)) {
        const { perplexity } = metrics.test;
        return `perplexity ${perplexityText(perplexity.value)} test, ${seconds.toFixed(1)} s`;
      }
      const { test, validation } = metrics;
      const validated = validation ? `, ${percent(validation.accuracy.value)} validation` : "";
      return `${percent(test.accuracy.value)} test${validated}, ${seconds.toFixed(1)} s`;
    }
    case "stopped":
      return `stopped after step ${outcome.history.at(-1)?.step ?? 0}, ${seconds.toFixed(1)} s`;
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
