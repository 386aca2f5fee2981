/** The programs whose results are read. */
export type Program = "lm-evaluation-harness" | "promptfoo" | "inspect_ai";

/** A sample of an evaluation: one answer of a model, and what it scored. */
export interface Sample {
  /** What identifies the example among the others of its evaluation, as JSON. Several samples of one example are its repeats. */
  readonly example: string;
  /** Hashes of what was asked and of what is right; `undefined` where the file has none. */
  readonly question: string | undefined;
  readonly target: string | undefined;
  /** A metric that could not be computed, or is no finite number, is `null`; one that the sample does not have is missing. */
  readonly scores: ReadonlyMap<string, number | null>;
  /** Whether an error kept the sample from being answered or scored: none of its metrics is known. */
  readonly hasFailed: boolean;
}

/** The samples of one model, prompt and task. */
export interface Evaluation {
  /** The file that it is in. */
  readonly file: string;
  /** What it is called by: for example its task and its model. */
  readonly parts: Readonly<Record<string, string>>;
  /** What else is known of it, to be compared. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly samples: readonly Sample[];
  /** Whether higher values of a metric are better; `null` where neither can be meant; metrics of which nothing is said are missing. */
  readonly isHigherBetter: ReadonlyMap<string, boolean | null>;
  /** Metrics that are no numbers for each sample, such as lists, which cannot be compared. */
  readonly unread: readonly string[];
  /** Why it is not whole, if it is not. */
  readonly unfinished?: string;
}
