import { InputError } from "../base/errors.ts";

/** The format of a run's folder that this version writes, and the newest that it reads. */
export const RUN_FORMAT = "softprompt-run/1";

const NEWEST = 1;

/**
 * Refuses results that a newer version has written.
 *
 * @param format as `environment.json` names it; folders of the first versions name none
 * @throws {InputError} where it is newer, or unknown
 */
export function checkFormat(format: unknown, path: string): void {
  if (format === undefined) return;
  const version = typeof format === "string" ? /^softprompt-run\/(\d+)$/.exec(format)?.[1] : undefined;
  if (version === undefined) {
    throw new InputError(`${path} names the unknown format ${JSON.stringify(format)}`);
  }
  if (Number(version) > NEWEST) {
    throw new InputError(
      `${path} was written by a newer softprompt (its format is '${format}', this one knows '${RUN_FORMAT}'): update softprompt, or choose another folder with --results; nothing has been changed`,
    );
  }
}
