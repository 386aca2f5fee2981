import { allDone } from "../base/all_done.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { bestMetric, EarlyStopping } from "./early_stopping.ts";
import { LossWindow } from "./loss_window.ts";
import type { StepOutputs } from "./step.ts";
import type { TrainedBy } from "./trained_by.ts";
import { TrainingState } from "./training_state.ts";

/** What the steps have left, on the host. */
export interface ReadProgress {
  /** Of the steps since the last line of the history. */
  readonly losses: readonly number[];
  readonly state: Awaited<ReturnType<TrainingState["read"]>>;
}

/** How far tuning has come: everything that changes from step to step, and the last state that can be resumed. */
export class TrainingProgress {
  readonly state: TrainingState;
  readonly losses: LossWindow;
  readonly stopping: EarlyStopping;
  /** The number of steps taken. */
  step: number;
  /** The time of the steps, with that of their validations. */
  seconds: number;

  /** @param kept where tuning starts */
  constructor(private kept: Checkpoint, spec: Pick<TrainedBy, "best" | "earlyStopping">) {
    this.state = new TrainingState(kept.parameters, kept.state);
    this.losses = new LossWindow(kept.losses);
    this.stopping = new EarlyStopping(
      bestMetric(spec),
      spec.earlyStopping?.patience,
      kept.best,
      kept.waited,
    );
    this.step = kept.step;
    this.seconds = kept.seconds;
  }

  /** The last state that was kept. */
  get checkpoint(): Checkpoint {
    return this.kept;
  }

  /** Takes over what a step gave, but for its gradient. */
  advance({ loss, next }: StepOutputs): void {
    this.state.advance(next);
    this.losses.push(loss);
    this.step++;
  }

  /**
   * Brings the losses and the current state to the host, at once, as each wait for a device takes time. What is read is that of now,
   * even if a further step begins meanwhile.
   */
  async read(): Promise<ReadProgress> {
    const [losses, state] = await allDone([this.losses.read(), this.state.read()]);
    return { losses, state };
  }

  /** Keeps the current state. @param read what was read of it */
  keep(read: ReadProgress): void {
    const { best, waited } = this.stopping;
    this.kept = {
      step: this.step,
      ...read.state,
      losses: this.losses.values,
      waited,
      seconds: this.seconds,
      ...(best && { best }),
    };
  }

  /** Frees what is on the device. */
  free(): void {
    this.losses.free();
    this.state.free();
  }
}
