import { TooManyPredictions } from "./kept_predictions.ts";
import { InputError } from "../base/errors.ts";
import { type Message, message, messageOf, type MessagePart, ofFile } from "../base/message.ts";
import { checkFile, type SizeLimit } from "../disk/read_limited.ts";

/** A file of a run or of a sweep that is missing, or not as it was written. */
export class DamagedRun extends InputError {
  override readonly name = "DamagedRun";

  /** The file, and what is wrong with it. */
  readonly reason: Message;

  /**
   * @param reason the file, and what is wrong with it
   * @param way the way out
   */
  constructor(
    reason: MessagePart,
    way = "run its experiment again, or move its folder away",
    options?: ErrorOptions,
  ) {
    super(message`${reason}: ${way}`, options);
    this.reason = messageOf(reason);
  }
}

/**
 * Reads a file of a run.
 *
 * @param read may throw a `DamagedRun` itself
 * @param limit its largest size
 * @returns `undefined` where there is none
 * @throws {DamagedRun} where it is no regular file or too large, or the disk cannot read it
 */
export async function readOwn<Content>(
  file: string,
  read: (file: string) => Promise<Content>,
  { most }: SizeLimit,
): Promise<Content | undefined> {
  try {
    await checkFile(file, { most });
    return await read(file);
  } catch (error) {
    if (error instanceof DamagedRun || error instanceof TooManyPredictions) throw error;
    const { NotFound, NotADirectory, PermissionDenied, NotCapable } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return undefined;
    if (error instanceof PermissionDenied) {
      const way = "ask for the permission to read it, or move its folder away";
      throw new DamagedRun(`${file} cannot be read (you have no permission)`, way, { cause: error });
    }
    if (!(error instanceof Error) || error instanceof NotCapable) throw error;
    if (error instanceof InputError) throw new DamagedRun(error.forms, undefined, { cause: error });
    // The error's own message ends with the system call, which repeats the path.
    const why = error.message.replace(/: \w+ '.*'$/s, "");
    throw new DamagedRun(`${file} cannot be read (${why})`, undefined, { cause: error });
  }
}

/** The error of a file of a run that is not as it was written. @param why may quote the file */
export function damaged(file: string, why: string): DamagedRun {
  return new DamagedRun(message`${file} is damaged (${ofFile(why)})`);
}
