import { InputError } from "../base/errors.ts";

/** The longest line that is read, in characters. */
const LONGEST = 2 ** 24;

/** Passes text on, up to a line that is too long: what splits text at line ends keeps a line until its end. */
export class LineLimit extends TransformStream<string, string> {
  /**
   * @param what has the lines, for the message
   * @throws {InputError} in its readers, at a line of more than 16 million characters
   */
  constructor(what = "it") {
    let length = 0;
    super({
      transform(piece, controller) {
        const end = piece.lastIndexOf("\n");
        length = end < 0 ? length + piece.length : piece.length - end - 1;
        if (length > LONGEST) {
          throw new InputError(`${what} has a line of more than ${LONGEST.toLocaleString("en")} characters`);
        }
        controller.enqueue(piece);
      },
    });
  }
}
