import type { Tensor } from "../device/device.ts";
import type { BestTextMetric } from "../experiment/text_types.ts";
import type { TrainedBy } from "./trained_by.ts";

/** What the best parameters are chosen by. */
export type BestMetric = BestTextMetric;

/** What the best parameters of a training are chosen by. */
export function bestMetric(
  { best, earlyStopping }: Pick<TrainedBy, "best" | "earlyStopping">,
): BestMetric {
  return best ?? earlyStopping?.metric ?? "accuracy";
}

/** The metrics on the validation set. */
export interface ValidationMetrics {
  /** Only where answers are classes, and are found in validations. */
  readonly accuracy?: number;
  /** Only where the best is chosen by it. */
  readonly macro_f1?: number;
  /** Over the classes; where these are not compared, that of the right texts' tokens. */
  readonly loss: number;
  /** That of the right texts; only where the best is chosen by it. */
  readonly perplexity?: number;
  /** Only where texts are generated in validations. */
  readonly exact_match?: number;
  readonly token_f1?: number;
  readonly rouge_l?: number;
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
   * @param metric the metric to compare; ties are broken by the loss
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
  private score(validation: ValidationMetrics): number {
    const value = scoreBy(this.metric, validation);
    if (value === undefined) throw new TypeError(`${this.metric} was not measured`);
    return value;
  }

  private isBetter(a: ValidationMetrics, b: ValidationMetrics): boolean {
    const difference = this.score(a) - this.score(b);
    return difference === 0 ? a.loss < b.loss : difference > 0;
  }
}

function scoreBy(
  metric: BestMetric,
  { accuracy, macro_f1, loss, perplexity, exact_match, token_f1, rouge_l }: ValidationMetrics,
): number | undefined {
  switch (metric) {
    case "accuracy":
      return accuracy;
    case "macroF1":
      return macro_f1;
    case "loss":
      return -loss;
    case "perplexity":
      return perplexity === undefined ? undefined : -perplexity;
    case "exactMatch":
      return exact_match;
    case "tokenF1":
      return token_f1;
    case "rougeL":
      return rouge_l;
  }
}
