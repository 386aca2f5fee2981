/**
 * An error in the user's input, a file or an argument: the command line ends with exit code 2.
 *
 * @example
 * ```ts
 * import { assertInstanceOf } from "@std/assert";
 * import { InputError, loadRun } from "softprompt";
 *
 * const error = await loadRun("results/no-such-run").catch((error) => error);
 * assertInstanceOf(error, InputError);
 * ```
 */
export class InputError extends Error {
  /** Distinguishes it from other errors. */
  override readonly name: string = "InputError";
}

/** The message of what was thrown, which need not be an error. */
export function thrownMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** One problem in an experiment file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** The largest number of problems that a message lists, and the largest length of each in characters: a file may have thousands. */
const MOST_LISTED = 50;
const LONGEST = 1000;

/** All problems in an experiment file, one line each: `file:line:column: message`; of many, the first 50 and the number of the others. */
export class ExperimentError extends InputError {
  override readonly name = "ExperimentError";

  /** @param isPartial whether there may be more problems: those that were found were too many to look on */
  constructor(readonly file: string, readonly problems: readonly Problem[], isPartial = false) {
    const lines = problems.slice(0, MOST_LISTED)
      .map(({ line, column, message }) => `${file}:${line}:${column}: ${truncated(message)}`);
    const left = problems.length - lines.length;
    const more = isPartial ? [`${file}: and at least ${left} more`] : [`${file}: and ${left} more`];
    super([...lines, ...(left > 0 ? more : [])].join("\n"));
  }
}

function truncated(message: string): string {
  return message.length > LONGEST ? `${message.slice(0, LONGEST - 1)}…` : message;
}

/**
 * Runs an action that a key asks for; input errors are reported at that key.
 *
 * @param path of the key, from the file's root
 * @throws {ConfigValueError} in place of other input errors
 */
export async function withKeyContext<Result>(
  path: readonly (string | number)[],
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ConfigValueError || !(error instanceof InputError)) throw error;
    throw new ConfigValueError([{ path, message: error.message }]);
  }
}

/**
 * Runs an action and rewrites the message of an input error.
 *
 * @throws the error that `inWords` makes of an input error's message
 */
export function reworded<Result>(act: () => Result, inWords: (message: string) => InputError): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof InputError ? inWords(error.message) : error;
  }
}

/** A value of a key that the model or the data, once read, show to be wrong. */
export class ConfigValueError extends InputError {
  override readonly name = "ConfigValueError";

  /** @param wrong each key, as a path from the file's root, with the problem of its value */
  constructor(
    readonly wrong: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
  ) {
    super(wrong.map(({ message }) => message).join("\n"));
  }
}
