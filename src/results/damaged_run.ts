import { InputError } from "../base/errors.ts";

/** A file of a run or of a sweep that is missing, or not as it was written. */
export class DamagedRun extends InputError {
  override readonly name = "DamagedRun";

  /**
   * @param reason the file, and what is wrong with it
   * @param way the way out
   */
  constructor(
    readonly reason: string,
    way = "run its experiment again, or move its folder away",
    options?: ErrorOptions,
  ) {
    super(`${reason}: ${way}`, options);
  }
}

/**
 * Reads a file of a run.
 *
 * @returns `undefined` where there is none
 * @throws {DamagedRun} where something else has its name, or the disk cannot read it
 */
export async function readOwn<Content>(
  file: string,
  read: (file: string) => Promise<Content>,
): Promise<Content | undefined> {
  try {
    return await read(file);
  } catch (error) {
    const { NotFound, NotADirectory, PermissionDenied, NotCapable } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return undefined;
    if (!(error instanceof Error) || error instanceof PermissionDenied || error instanceof NotCapable) {
      throw error;
    }
    if (error instanceof InputError) throw error;
    // The error's own message ends with the system call, which repeats the path.
    const why = error.message.replace(/: \w+ '.*'$/s, "");
    throw new DamagedRun(`${file} cannot be read (${why})`, undefined, { cause: error });
  }
}
