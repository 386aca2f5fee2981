// Its four hundred modules take a fifth of a second, and comparisons over several seeds need none of them.
import defer * as binomial from "@stdlib/stats-binomial-test";

/** The result of McNemar's test of two classifiers on the same examples. */
export interface McNemar {
  /** Examples that only the first gets right, and only the second. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Exact and two-sided. */
  readonly p: number;
}

/**
 * McNemar's test (1947) in its exact form: whether, of the examples that only one of two classifiers gets right, one gets
 * more than chance would give it.
 *
 * @param a whether the first is right, example by example @param b whether the second is
 */
export function mcnemar(a: readonly boolean[], b: readonly boolean[]): McNemar {
  const onlyA = a.filter((correct, i) => correct && !b[i]).length;
  const onlyB = b.filter((correct, i) => correct && !a[i]).length;
  const discordant = onlyA + onlyB;
  return { onlyA, onlyB, p: discordant === 0 ? 1 : binomial.default(onlyA, discordant).pValue };
}
