/** Examples in groups, in their order within each: those of a group have the same key. */
export class ExampleGroups {
  /** The indices of all examples, group by group. */
  readonly examples: Int32Array;
  /** The keys of the groups that have examples, in ascending order. */
  readonly keys: Int32Array;
  /** Where the examples of each of them end. */
  readonly ends: Int32Array;

  /** @param keys of each example */
  constructor(keys: Int32Array) {
    this.examples = Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
    const sorted = this.examples.map((i) => keys[i]!);
    const isLast = (i: number) => sorted[i] !== sorted[i + 1];
    this.keys = sorted.filter((_, i) => isLast(i));
    this.ends = Int32Array.from(sorted.keys()).filter(isLast).map((i) => i + 1);
  }
}
