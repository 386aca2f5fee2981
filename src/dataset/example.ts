/** A labelled text. */
export interface Example {
  /** Where it comes from: file and line, say `rt-polarity.neg:1069`. */
  readonly id: string;
  readonly text: string;
  /** The name of its class. */
  readonly label: string;
}

/** A dataset, shared out. */
export interface Splits {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

/** The classes of some examples, in alphabetical order. */
export function classesOf(examples: readonly Example[]): string[] {
  return [...new Set(examples.map(({ label }) => label))].sort();
}
