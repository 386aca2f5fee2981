import type { Sample } from "./evaluation.ts";

/**
 * Settles metrics with values of other kinds than numbers, which samples have as `null`: where other samples have numbers, such a value is
 * one that is not known; where none has, the metric cannot be compared and is left out.
 *
 * @param found the names of the metrics that have such values
 * @returns the samples, and the names of the metrics that were left out
 */
export function settleUnread(
  samples: readonly Sample[],
  found: ReadonlySet<string>,
): { readonly samples: readonly Sample[]; readonly unread: readonly string[] } {
  const unread = [...found].filter((name) =>
    !samples.some(({ scores }) => typeof scores.get(name) === "number")
  );
  if (unread.length === 0) return { samples, unread };
  return {
    samples: samples.map((sample) => ({
      ...sample,
      scores: new Map([...sample.scores].filter(([name]) => !unread.includes(name))),
    })),
    unread,
  };
}
