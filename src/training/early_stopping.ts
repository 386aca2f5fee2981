import type { Tensor } from "../device/device.ts";

/** The metrics on the validation set. */
export interface ValidationMetrics {
  readonly accuracy: number;
  readonly loss: number;
}

/** What is tuned, by name. */
export type Parameters = Readonly<Record<string, Tensor>>;

/** The best parameters so far. */
export interface Best {
  readonly step: number;
  readonly validation: ValidationMetrics;
  readonly parameters: Parameters;
}

/** Keeps the best parameters, and decides when enough validations have passed without improvement. */
export class EarlyStopping {
  /**
   * @param metric the metric to compare; ties in accuracy are broken by the loss
   * @param patience the number of validations in a row without improvement; `undefined`: never stop early
   * @param best from a checkpoint
   * @param waited validations since the best one, from a checkpoint
   */
  constructor(
    private readonly metric: "accuracy" | "loss",
    private readonly patience: number | undefined,
    public best?: Best,
    public waited = 0,
  ) {}

  /** Records a validation. */
  see(candidate: Best): void {
    if (this.best === undefined || this.isBetter(candidate.validation, this.best.validation)) {
      this.best = candidate;
      this.waited = 0;
    } else {
      this.waited++;
    }
  }

  /** Whether to stop. */
  get isOver(): boolean {
    return this.patience !== undefined && this.waited >= this.patience;
  }

  private isBetter(a: ValidationMetrics, b: ValidationMetrics): boolean {
    if (this.metric === "loss" || a.accuracy === b.accuracy) return a.loss < b.loss;
    return a.accuracy > b.accuracy;
  }
}
