import type { TextScore } from "../text_metrics/score_text.ts";
import type { TargetLikelihood } from "./text_metrics.ts";
import type { TextMetricName } from "./text_metric_names.ts";

/** An example of a run with generated texts. */
export interface ScoredText {
  /** How probable the right text is; `undefined` where it is not known. */
  readonly likelihood: TargetLikelihood | undefined;
  /** How well the generated text answers; `undefined` where none was generated. */
  readonly score: TextScore | undefined;
  /** The right class and that of the generated text, which may be none, as indices; `undefined` where texts are free. */
  readonly classed?: { readonly label: number; readonly predicted: number | undefined } | undefined;
}

/** A metric as a ratio of two sums over examples. */
interface Ratio {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/**
 * A run's texts, prepared for computing metrics on any resample of them: each but macro F1 is the mean of a value over examples or, for
 * the loss, over the tokens of targets.
 */
export class ScoredTextRun {
  private readonly scores: readonly TextScore[] | undefined;
  private readonly classed: readonly NonNullable<ScoredText["classed"]>[] | undefined;
  /** The right classes, and those of the generated texts, -1 where a text is of none. */
  private readonly labels: Int32Array;
  private readonly predicted: Int32Array;
  private readonly ratios: ReadonlyMap<TextMetricName, Ratio>;

  /** @param classes the number of classes; 0 for free texts */
  constructor(private readonly scored: readonly ScoredText[], private readonly classes = 0) {
    const all = <One>(found: readonly One[]) => found.length === scored.length ? found : undefined;
    this.scores = all(scored.flatMap(({ score }) => score ?? []));
    this.classed = classes === 0 ? undefined : all(scored.flatMap(({ classed }) => classed ?? []));
    this.labels = Int32Array.from(this.classed ?? [], ({ label }) => label);
    this.predicted = Int32Array.from(this.classed ?? [], ({ predicted = -1 }) => predicted);
    const likelihoods = all(scored.flatMap(({ likelihood }) => likelihood ?? []));
    const mean = (values: readonly number[]): Ratio => ({
      values: Float64Array.from(values),
      weights: new Float64Array(values.length).fill(1),
    });
    const { scores, classed } = this;
    this.ratios = new Map<TextMetricName, Ratio>([
      ...classed
        ? [
          ["accuracy", mean(classed.map((one) => Number(isRight(one))))],
          ["illegal_rate", mean(classed.map(({ predicted }) => Number(predicted === undefined)))],
        ] as const
        : [],
      ...scores
        ? (["exact_match", "token_f1", "rouge_l"] as const).map((metric) =>
          [metric, mean(scores.map((score) => score[metric]))] as const
        )
        : [],
      ...likelihoods
        ? [["loss", {
          values: Float64Array.from(likelihoods, ({ nll }) => nll),
          weights: Float64Array.from(likelihoods, ({ tokens }) => tokens),
        }]] as const
        : [],
    ]);
  }

  get examples(): number {
    return this.scored.length;
  }

  /** Whether each text is right: of the right class or, where there are no classes, an exact match; `undefined` where some example has no text. */
  get correct(): readonly boolean[] | undefined {
    return this.classed?.map(isRight) ?? this.scores?.map(({ exact_match }) => exact_match === 1);
  }

  /** Whether the run has a metric: without texts and classes it has the loss alone. */
  has(metric: TextMetricName): boolean {
    return metric === "macro_f1" ? this.classed !== undefined : this.ratios.has(metric);
  }

  /**
   * A metric of the run on a resample; NaN where the run does not have it.
   *
   * @param counts how often each example was drawn
   */
  measure(metric: TextMetricName, counts: Int32Array): number {
    if (metric === "macro_f1") return this.macroF1(counts);
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

  /** The mean F1 of the classes that were drawn or predicted: 2 hits / (examples + predictions). */
  private macroF1(counts: Int32Array): number {
    if (this.classed === undefined) return NaN;
    const hits = new Float64Array(this.classes);
    const named = new Float64Array(this.classes);
    const { labels, predicted } = this;
    for (let i = 0; i < labels.length; i++) {
      const count = counts[i]!;
      const label = labels[i]!;
      const found = predicted[i]!;
      named[label]! += count;
      if (found < 0) continue;
      named[found]! += count;
      if (found === label) hits[label]! += count;
    }
    let sum = 0;
    let present = 0;
    for (let c = 0; c < this.classes; c++) {
      if (named[c] === 0) continue;
      sum += 2 * hits[c]! / named[c]!;
      present++;
    }
    return sum / present;
  }
}

function isRight({ label, predicted }: NonNullable<ScoredText["classed"]>): boolean {
  return label === predicted;
}
