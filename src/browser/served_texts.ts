/** A prompt whose answers a page asks the server for. */
export interface ServedPrompt {
  readonly kind: "soft" | "hard";
  /** As the experiment has it; a chat as JSON. */
  readonly template: string;
  /** The path that takes questions. */
  readonly path: string;
}

/** The description of a run of generated texts that its page reads: `texts.json`. */
export interface TextsDescription {
  readonly title: string;
  /** The description of the device that answers. */
  readonly device: string;
  /** The template's columns, a field for each. */
  readonly columns: readonly string[];
  /** The run's own and, where there is one, the hard one to compare with. */
  readonly prompts: readonly ServedPrompt[];
  /** Questions to begin with. */
  readonly examples: readonly Readonly<Record<string, string>>[];
}

/** The end of an answer, its last line: snake_case, as in the lines of `predict`. */
export interface AnswerEnd {
  /** The whole text. */
  readonly generated: string;
  /** The class that it stands for, `null` where it is the text of none; only where texts stand for classes. */
  readonly predicted?: string | null;
  readonly ended_by: string;
  /** The natural logarithm of its probability, its end token's included. */
  readonly log_probability: number;
  /** The number of the question's tokens that did not fit the model's positions. */
  readonly truncated: number;
}
