import { InputError } from "../base/errors.ts";
import { message, type MessagePart } from "../base/message.ts";

/** A table in another format than expected; the way out is to declare its format by the keys of the dataset. */
export class FormatError extends InputError {
  override readonly name = "FormatError";

  /**
   * @param what the problem, with file and line
   * @param wayOut the way out in an experiment's dataset
   */
  constructor(readonly what: MessagePart, wayOut: string, options?: ErrorOptions) {
    super(message`${what}: ${wayOut}`, options);
  }
}
