import { STAGE_UNITS, type StageProgress } from "../run/progress.ts";
import { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";

/** The progress of one run, stage by stage: the loss and the validation accuracy stay on display after their stage. */
export class RunStages {
  private readonly paces = new Map<StageProgress["stage"], Pace>();
  private loss: number | undefined;
  private validation: number | undefined;

  constructor(private readonly title: string) {}

  /** What is displayed once a stage has come so far. */
  reach({ stage, done, total, loss, validation }: StageProgress): Progress {
    this.loss = loss ?? this.loss;
    this.validation = validation ?? this.validation;
    const pace = this.paces.get(stage) ?? new Pace();
    this.paces.set(stage, pace);
    return {
      title: this.title,
      stage,
      unit: STAGE_UNITS[stage],
      done,
      loss: this.loss,
      validation: this.validation,
      ...(total !== undefined && {
        total,
        share: total === 0 ? 1 : done / total,
        secondsLeft: pace.secondsLeft(done, total),
      }),
    };
  }
}
