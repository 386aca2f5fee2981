import { STAGE_UNITS, type StageProgress } from "../run/progress.ts";
import { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";

/**
 * The progress of one run, stage by stage: the loss and the validation accuracy stay on display after their stage. Validating interrupts
 * tuning, whose share and time left stay on display meanwhile.
 */
export class RunStages {
  private pace = new Pace();
  private measured: StageProgress | undefined;
  private loss: number | undefined;
  private validation: number | undefined;

  constructor(private readonly title: string) {}

  /** What is displayed once a stage has come so far. */
  reach(progress: StageProgress): Progress {
    const { stage, done, total, loss, validation } = progress;
    this.loss = loss ?? this.loss;
    this.validation = validation ?? this.validation;
    if (stage !== "validating") {
      if (stage !== this.measured?.stage) this.pace = new Pace();
      this.measured = progress;
    }
    return {
      title: this.title,
      stage,
      unit: STAGE_UNITS[stage],
      done,
      total,
      ...this.whole(),
      loss: this.loss,
      validation: this.validation,
    };
  }

  private whole(): Pick<Progress, "share" | "secondsLeft"> {
    const { done = 0, total } = this.measured ?? {};
    if (total === undefined) return {};
    return { share: total === 0 ? 1 : done / total, secondsLeft: this.pace.secondsLeft(done, total) };
  }
}
