/**
 * What is wrong with something that a person wrote or named: the command line ends with exit code 2.
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
  /** Tells it from other errors. */
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

/**
 * Does something that a key asks for; what turns out to be wrong is said of that key.
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
 * Does something; what turns out to be wrong with the input is said in other words.
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

/** What turns out to be wrong with the value of a key once the model or the data are read. */
export class ConfigValueError extends InputError {
  override readonly name = "KeyError";

  /** @param wrong each key, as a path from the file's root, and what is wrong with its value */
  constructor(
    readonly wrong: readonly { readonly path: readonly (string | number)[]; readonly message: string }[],
  ) {
    super(wrong.map(({ message }) => message).join("\n"));
  }
}
