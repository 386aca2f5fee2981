import type { TextScore } from "../text_metrics/score_text.ts";
import type { TargetLikelihood } from "./text_metrics.ts";
import type { TextMetricName } from "./text_metric_names.ts";

/** An example of a run with texts as answers. */
export interface ScoredText extends TargetLikelihood {
  /** How well the generated text answers; `undefined` where none was generated. */
  readonly score: TextScore | undefined;
}

/** A metric as a ratio of two sums over examples. */
interface Ratio {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/**
 * A run's texts, prepared for computing metrics on any resample of them: each is the mean of a value over examples or, for the loss, over
 * the tokens of targets.
 */
export class ScoredTextRun {
  private readonly scores: readonly TextScore[] | undefined;
  private readonly ratios: ReadonlyMap<TextMetricName, Ratio>;

  constructor(private readonly scored: readonly ScoredText[]) {
    const scores = scored.flatMap(({ score }) => score ?? []);
    this.scores = scores.length === scored.length ? scores : undefined;
    const loss: Ratio = {
      values: Float64Array.from(scored, ({ nll }) => nll),
      weights: Float64Array.from(scored, ({ tokens }) => tokens),
    };
    const ofScores = (["exact_match", "token_f1", "rouge_l"] as const).map((metric) =>
      [metric, {
        values: Float64Array.from(scores, (score) => score[metric]),
        weights: new Float64Array(scores.length).fill(1),
      }] as const
    );
    this.ratios = new Map<TextMetricName, Ratio>([...this.scores ? ofScores : [], ["loss", loss]]);
  }

  get examples(): number {
    return this.scored.length;
  }

  /** Whether each text is an exact match; `undefined` where some example has no text. */
  get exactMatches(): readonly boolean[] | undefined {
    return this.scores?.map(({ exact_match }) => exact_match === 1);
  }

  /** Whether the run has a metric: without texts it has the loss alone. */
  has(metric: TextMetricName): boolean {
    return this.ratios.has(metric);
  }

  /**
   * A metric of the run on a resample; NaN where the run does not have it.
   *
   * @param counts how often each example was drawn
   */
  measure(metric: TextMetricName, counts: Int32Array): number {
    const ratio = this.ratios.get(metric);
    if (ratio === undefined) return NaN;
    const { values, weights } = ratio;
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      sum += counts[i]! * values[i]!;
      total += counts[i]! * weights[i]!;
    }
    return sum / total;
  }
}
