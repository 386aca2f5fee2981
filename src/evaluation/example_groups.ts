/** Examples that have something in common. */
export interface ExampleGroup {
  /** What they have in common. */
  readonly key: number;
  /** The group's part of all examples: from, to. */
  readonly from: number;
  readonly to: number;
}

/** Examples in groups, in their order within each. */
export class ExampleGroups {
  /** The indices of all examples, group by group. */
  readonly examples: Int32Array;
  /** The groups that have examples, by their keys in ascending order. */
  readonly groups: readonly ExampleGroup[];

  /** @param keys of each example */
  constructor(keys: Int32Array) {
    this.examples = Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
    const starts = Array.from(this.examples.keys()).filter((at) =>
      at === 0 || this.key(keys, at) !== this.key(keys, at - 1)
    );
    this.groups = starts.map((from, i) => ({
      key: this.key(keys, from),
      from,
      to: starts[i + 1] ?? this.examples.length,
    }));
  }

  private key(keys: Int32Array, at: number): number {
    return keys[this.examples[at]!]!;
  }
}
