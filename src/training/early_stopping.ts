import type { Tensor } from "../device/device.ts";
import type { TrainingSpec } from "../experiment/types.ts";

/** What the best parameters are chosen by. */
export type BestMetric = NonNullable<TrainingSpec["best"]>;

/** What the best parameters of a training are chosen by. */
export function bestMetric(
  { best, earlyStopping }: Pick<TrainingSpec, "best" | "earlyStopping">,
): BestMetric {
  return best ?? earlyStopping?.metric ?? "accuracy";
}

/** The metrics on the validation set. */
export interface ValidationMetrics {
  readonly accuracy: number;
  /** Only where the best is chosen by it. */
  readonly macro_f1?: number;
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
   * @param metric the metric to compare; ties in accuracy and macro F1 are broken by the loss
   * @param patience the number of validations in a row without improvement; `undefined`: never stop early
   * @param found the best parameters, from a checkpoint
   * @param since validations since the best one, from a checkpoint
   */
  constructor(
    private readonly metric: BestMetric,
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

  /** Higher is better. @throws {TypeError} where the metric was not measured */
  private score({ accuracy, macro_f1, loss }: ValidationMetrics): number {
    const value = { accuracy, macroF1: macro_f1, loss: -loss }[this.metric];
    if (value === undefined) throw new TypeError(`${this.metric} was not measured`);
    return value;
  }

  private isBetter(a: ValidationMetrics, b: ValidationMetrics): boolean {
    const difference = this.score(a) - this.score(b);
    return difference === 0 ? a.loss < b.loss : difference > 0;
  }
}
