import { indexOfLargest } from "../evaluation/softmax.ts";
import type { Prediction } from "../results/predictions.ts";
import type { Alignment } from "./align.ts";

/** A prediction that is right on one side and wrong on the other. */
export interface Flip {
  readonly id: string;
  readonly text: string;
  readonly label: string;
  /** Each side's predicted class and its probability. */
  readonly a: { readonly predicted: string; readonly probability: number };
  readonly b: { readonly predicted: string; readonly probability: number };
}

/** The predictions that flipped. */
export interface Flips {
  /** Wrong in A, right in B. */
  readonly fixed: readonly Flip[];
  /** Right in A, wrong in B. */
  readonly broken: readonly Flip[];
}

/**
 * The examples that only one side gets right, those with B's highest probability first. A side of several runs predicts
 * by the mean of their probabilities.
 */
export function flipsOf({ a, b }: Alignment): Flips {
  const fixed: Flip[] = [];
  const newlyWrong: Flip[] = [];
  for (const [i, { id, text, label }] of a[0]!.entries()) {
    const sides = { a: together(a.map((run) => run[i]!)), b: together(b.map((run) => run[i]!)) };
    const was = sides.a.predicted === label;
    const is = sides.b.predicted === label;
    if (was !== is) (is ? fixed : newlyWrong).push({ id, text, label, ...sides });
  }
  const bySureness = (one: Flip, other: Flip) =>
    other.b.probability - one.b.probability || (one.id < other.id ? -1 : 1);
  return { fixed: fixed.sort(bySureness), broken: newlyWrong.sort(bySureness) };
}

/** The joint prediction of several runs for one example. */
function together(predictions: readonly Prediction[]): Flip["a"] {
  const [only] = predictions;
  if (predictions.length === 1) {
    return { predicted: only!.predicted, probability: only!.probabilities[only!.predicted]! };
  }
  const classes = Object.keys(only!.probabilities);
  const means = classes.map((name) =>
    predictions.reduce((sum, { probabilities }) => sum + probabilities[name]!, 0) / predictions.length
  );
  const best = indexOfLargest(means);
  return { predicted: classes[best]!, probability: means[best]! };
}
