/** Groups of weighted examples: a run's metrics on a resample are made of their sums over what was drawn. */
export interface WeightedGroups {
  /** The terms of all groups, group by group: examples, and what each counts when it is drawn once. */
  readonly examples: Int32Array;
  readonly weights: Float64Array;
  /** Where the terms of each group end. */
  readonly ends: Int32Array;
}

/**
 * Puts examples into groups, in their order within each.
 *
 * @param groups the number of groups, of which some may be empty
 * @param group of an example, from 0 to groups - 1
 * @param weight of an example
 */
export function groupExamples(
  examples: Int32Array,
  groups: number,
  group: (example: number) => number,
  weight: (example: number) => number,
): WeightedGroups {
  const keys = examples.map(group);
  const ends = new Int32Array(groups);
  for (const key of keys) ends[key]!++;
  for (let key = 1; key < groups; key++) ends[key]! += ends[key - 1]!;
  // Each group is filled from its end, the last examples first.
  const free = ends.slice();
  const grouped = new Int32Array(examples.length);
  for (let i = examples.length - 1; i >= 0; i--) grouped[--free[keys[i]!]!] = examples[i]!;
  return { examples: grouped, weights: Float64Array.from(grouped, weight), ends };
}

/** Groups, one list after the other. */
export function joinGroups(lists: readonly WeightedGroups[]): WeightedGroups {
  const total = (of: (list: WeightedGroups) => Int32Array) =>
    lists.reduce((sum, list) => sum + of(list).length, 0);
  const terms = total(({ examples }) => examples);
  const joined = {
    examples: new Int32Array(terms),
    weights: new Float64Array(terms),
    ends: new Int32Array(total(({ ends }) => ends)),
  };
  let term = 0;
  let group = 0;
  for (const { examples, weights, ends } of lists) {
    joined.examples.set(examples, term);
    joined.weights.set(weights, term);
    joined.ends.set(ends.map((end) => term + end), group);
    term += examples.length;
    group += ends.length;
  }
  return joined;
}

/**
 * The sum of each group: its weights, each as often as its example was drawn, added in their order.
 *
 * @param counts how often each example was drawn
 */
export function sumGroups({ examples, weights, ends }: WeightedGroups, counts: Int32Array): Float64Array {
  let term = 0;
  return Float64Array.from(ends, (end) => {
    let sum = 0;
    for (; term < end; term++) sum += counts[examples[term]!]! * weights[term]!;
    return sum;
  });
}
