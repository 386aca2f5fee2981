import { InputError } from "../base/errors.ts";
import { type Message, message, ofFile } from "../base/message.ts";
import { isObject } from "../base/json_object.ts";
import { formatFault } from "../base/format_version.ts";
import { DamagedRun } from "./damaged_run.ts";

/** The format of a run's folder that this version writes, and the newest that it reads. */
export const RUN_FORMAT = "softprompt-run/1";

/**
 * Refuses what a newer version has written, and what names none of our formats. Call it before the shape is checked.
 *
 * @param content the content of the file that names it
 * @param known the newest format that this version reads
 * @param path the path of what is read
 * @param way the way out, besides an update, for what is newer
 * @throws {InputError} naming both formats and the way out, where a newer version wrote it
 * @throws {DamagedRun} where it names none of our formats
 */
export function checkFormat(content: unknown, known: string, path: string, way = ""): void {
  const fault = formatFault(content, known);
  if (fault === undefined) return;
  const { named, isNewer } = fault;
  if (isNewer) {
    throw new InputError(
      message`${path} was written by a newer softprompt${versionIn(content)} (its 'format' is '${
        ofFile(named)
      }', this one knows '${known}'): update softprompt${way}; nothing has been changed`,
    );
  }
  const what = named === undefined
    ? "has no 'format'"
    : message`has the unknown format ${ofFile(JSON.stringify(named))} in 'format'`;
  throw new DamagedRun(message`${path} ${what}, and this softprompt reads '${known}'`);
}

/** How the version of a program looks. */
const VERSION = /^[\w.+-]{1,30}$/;

/** The version of the program that wrote a file, after a comma, where the file has it, as `environment.json` does. */
function versionIn(content: unknown): Message | string {
  const version = isObject(content) ? content.softprompt : undefined;
  return typeof version === "string" && VERSION.test(version) ? message`, ${ofFile(version)}` : "";
}
