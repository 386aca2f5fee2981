import { InputError } from "../base/errors.ts";

/** What is wrong with a table whose way out is to say how it is written, which datasets do by their keys. */
export class FormatError extends InputError {
  override readonly name = "FormatError";

  /**
   * @param what is wrong, with file and line
   * @param wayOut for a dataset of an experiment
   */
  constructor(readonly what: string, wayOut: string, options?: ErrorOptions) {
    super(`${what}: ${wayOut}`, options);
  }
}
