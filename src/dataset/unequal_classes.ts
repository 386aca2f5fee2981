import { countByClass, countsText } from "./class_counts.ts";
import type { Example } from "./example.ts";

/** Classes are very unequal if one has this many times the examples of another. */
const TIMES = 10;

/**
 * The classes of a set whose sizes are very unequal, in words; `undefined` where they are not. Classes without examples do not count.
 *
 * @param part the set, in words
 */
export function unequalClasses(
  examples: readonly Example[],
  classes: readonly string[],
  part: string,
): string | undefined {
  const counts = [...countByClass(examples)].sort(([, a], [, b]) => b - a);
  const [[largest, most] = ["", 0], [, least] = ["", 0]] = [counts[0], counts.at(-1)];
  if (most < TIMES * least || counts.length < 2) return undefined;
  const share = (100 * most / examples.length).toFixed(1);
  return `the classes of ${part} are very unequal (${
    countsText(examples, classes)
  }): always answering '${largest}' would be right for ${share}% of it, so look at macro F1, too`;
}
