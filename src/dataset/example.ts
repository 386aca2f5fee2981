/** A labelled text. */
export interface Example {
  /** Where it comes from: file and line, for example `rt-polarity.neg:1069`. */
  readonly id: string;
  /** The text in the template; of several columns, one after the other. */
  readonly text: string;
  /** The texts by the names of the template's placeholders, where it has others than `{text}`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** The name of its class. */
  readonly label: string;
}

/** A dataset, split. */
export interface Splits {
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

/** An example's texts by the template's placeholders. */
export function placed(
  { text, columns }: Pick<Example, "text" | "columns">,
): Readonly<Record<string, string>> {
  return columns ?? { text };
}

/** The classes of some examples, in alphabetical order. */
export function classesOf(examples: readonly Example[]): string[] {
  return [...new Set(examples.map(({ label }) => label))].sort();
}
