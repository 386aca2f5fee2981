import { countsText } from "../dataset/class_counts.ts";
import type { Dataset } from "../dataset/load.ts";
import { visible } from "../base/visible.ts";

/**
 * The number of examples of each class in a dataset, a line for all runs that share it.
 *
 * @param title of the first of these runs
 */
export function classLine(
  title: string,
  runs: number,
  { classes, train, validation, test }: Dataset,
): string {
  const parts = Object.entries({ training: train, validation, test })
    .filter(([, examples]) => examples.length > 0)
    .map(([part, examples]) => `${part}: ${countsText(examples, classes)}`);
  return visible(`classes of ${title}${runs > 1 ? ` and ${runs - 1} more` : ""}: ${parts.join("; ")}`);
}
