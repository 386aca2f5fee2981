/** A text of a dataset, with or without a class. */
export interface AnyExample {
  /** Where it comes from: file and line, for example `rt-polarity.neg:1069`. */
  readonly id: string;
  /** The text in the template; of several columns, one after the other. */
  readonly text: string;
  /** The texts by the names of the template's placeholders, where it has others than `{text}`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** The name of its class. */
  readonly label?: string;
}

/** A labelled text. */
export interface Example extends AnyExample {
  readonly label: string;
}

/** A text with its right answers. */
export interface AnsweredExample extends AnyExample {
  readonly label?: never;
  /** All of them are right; the first is trained on. */
  readonly targets: readonly [string, ...readonly string[]];
}

/** A dataset, split. */
export interface Splits<One extends AnyExample = Example> {
  readonly train: readonly One[];
  readonly validation: readonly One[];
  readonly test: readonly One[];
}

/** An example's texts by the template's placeholders. */
export function placed(
  { text, columns }: Pick<AnyExample, "text" | "columns">,
): Readonly<Record<string, string>> {
  return columns ?? { text };
}
