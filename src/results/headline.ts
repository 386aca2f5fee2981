import { areOfClasses, type CompleteMetrics } from "./metrics_file.ts";

/** The metric that stands for a run where there is room for one. */
export interface Headline {
  readonly metric: "accuracy" | "exact match" | "token F1" | "ROUGE-L" | "perplexity";
  /** A share from 0 to 1, or a perplexity; `null` for one that is larger than any number. */
  readonly value: number | null;
  /** Of 95%; `null` where there is none. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly isHigherBetter: boolean;
}

/** A run's metric on the test set: the accuracy of classes, and of free texts the first that was measured. */
export function headlineOf(metrics: CompleteMetrics): Headline {
  if (areOfClasses(metrics)) return { metric: "accuracy", ...metrics.test.accuracy, isHigherBetter: true };
  const { exact_match, token_f1, rouge_l, perplexity } = metrics.test;
  if (exact_match) return { metric: "exact match", ...exact_match, isHigherBetter: true };
  if (token_f1) return { metric: "token F1", ...token_f1, isHigherBetter: true };
  if (rouge_l) return { metric: "ROUGE-L", ...rouge_l, isHigherBetter: true };
  return { metric: "perplexity", ...perplexity, isHigherBetter: false };
}
