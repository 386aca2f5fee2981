/** What is wrong with something that a person wrote or named: the command line ends with exit code 2. */
export class InputError extends Error {
  override readonly name: string = "InputError";
}

/** One thing wrong in an experiment file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** All that is wrong in an experiment file, one line each: `file:line:column: message`. */
export class ExperimentError extends InputError {
  override readonly name = "ExperimentError";

  constructor(readonly file: string, readonly problems: readonly Problem[]) {
    super(problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join("\n"));
  }
}
