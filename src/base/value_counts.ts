import { classesOfFile } from "./message.ts";

/** The number of values that are named. */
const NAMED = 10;

/** Values of a file with the number of times that each occurs, the most frequent first: `'neutral': 3, '0': 1, and 2 more`. */
export function valueCounts(counts: ReadonlyMap<string, number>): string {
  const named = [...counts].sort(([, a], [, b]) => b - a).slice(0, NAMED);
  return [
    ...named.map(([value, count]) => `'${classesOfFile([value], 0).text}': ${count}`),
    ...(counts.size > NAMED ? [`and ${counts.size - NAMED} more`] : []),
  ].join(", ");
}
