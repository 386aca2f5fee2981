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
   * @param found the best parameters, from a checkpoint
   * @param since validations since the best one, from a checkpoint
   */
  constructor(
    private readonly metric: "accuracy" | "loss",
    private readonly patience: number | undefined,
    private found?: Best,
    private since = 0,
  ) {}

  /** The best parameters so far; `undefined` before the first validation. */
  get best(): Best | undefined {
    return this.found;
  }

  /** The number of validations since the best one. */
  get waited(): number {
    return this.since;
  }

  /** Records a validation. */
  see(candidate: Best): void {
    if (this.found === undefined || this.isBetter(candidate.validation, this.found.validation)) {
      this.found = candidate;
      this.since = 0;
    } else {
      this.since++;
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
