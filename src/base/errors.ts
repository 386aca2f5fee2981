import { joined, Message, message, messageOf, type MessagePart } from "./message.ts";
import { visible } from "./visible.ts";

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
  /**
   * The message in both forms: `message` is the one for the terminal.
   *
   * @internal
   */
  readonly forms: Message;

  /**
   * An error of a message in one line; only {@linkcode joined} makes messages of several.
   *
   * @internal
   */
  constructor(message: MessagePart, options?: ErrorOptions) {
    const forms = messageOf(message);
    super(forms.text, options);
    this.forms = forms;
  }
}

/** An error's message for the terminal; one of ours may have several lines. */
export function terminalMessage(error: unknown): string {
  if (error instanceof InputError) return error.message;
  return visible(error instanceof Error ? error.message : String(error));
}

/** An error's message without the values of files that it quotes, for results, which people share. */
export function sharedMessage(error: unknown): string {
  if (error instanceof InputError) return error.forms.shared;
  // The engine's parsers quote what they cannot read.
  if (error instanceof SyntaxError) return "a file could not be parsed";
  return visible(error instanceof Error ? error.message : String(error));
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
  readonly message: string | Message;
}

/** The largest number of problems that a message lists, and the largest length of each in characters: a file may have thousands. */
const MOST_LISTED = 50;
const LONGEST = 1000;

/** All problems in an experiment file, one line each: `file:line:column: message`; of many, the first 50 and the number of the others. */
export class ExperimentError extends InputError {
  override readonly name = "ExperimentError";

  /** @param isPartial whether there may be more problems, as the search stopped after many */
  constructor(readonly file: string, readonly problems: readonly Problem[], isPartial = false) {
    const lines = problems.slice(0, MOST_LISTED)
      .map(({ line, column, message: what }) => message`${file}:${line}:${column}: ${truncated(what)}`);
    const left = problems.length - lines.length;
    const more = isPartial ? [`${file}: and at least ${left} more`] : [`${file}: and ${left} more`];
    super(joined([...lines, ...(left > 0 ? more : [])], "\n"));
  }
}

function truncated(what: string | Message): Message {
  const { text, shared } = messageOf(what);
  const cutOff = (form: string) => form.length > LONGEST ? `${form.slice(0, LONGEST - 1)}…` : form;
  return new Message(cutOff(text), cutOff(shared));
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
    throw new ConfigValueError([{ path, message: error.forms }]);
  }
}

/**
 * Runs an action and rewrites the message of an input error.
 *
 * @throws the error that `inWords` makes of an input error's message
 */
export function reworded<Result>(act: () => Result, inWords: (message: Message) => InputError): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof InputError ? inWords(error.forms) : error;
  }
}

/** A value of a key that the model or the data, once read, show to be wrong. */
export class ConfigValueError extends InputError {
  override readonly name = "ConfigValueError";

  /** @param wrong each key, as a path from the file's root, with the problem of its value */
  constructor(
    readonly wrong: readonly {
      readonly path: readonly (string | number)[];
      readonly message: string | Message;
    }[],
  ) {
    super(joined(wrong.map(({ message }) => message), "\n"));
  }
}
