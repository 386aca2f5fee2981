import { homedir } from "node:os";
import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { readJson } from "../disk/read_json.ts";

/** The file of the user's own settings, in the home folder. */
const FILE = join(".config", "softprompt", "settings.json");

/** What the user has set for all projects. */
export interface UserSettings {
  /** Folders and files that experiment files and runs may name outside their own projects, as with `--allow-read`. */
  readonly allowRead: readonly string[];
}

/**
 * Reads the user's settings. They are the user's own: no file of a project can set them.
 *
 * @param home the home folder, which the paths in them are relative to
 * @throws {InputError} where the file is not what it must be
 */
export async function userSettings(home: string = homedir()): Promise<UserSettings> {
  const file = join(home, FILE);
  const content = await readJson(file).catch((error): Record<string, unknown> => {
    if (isAbsent(error)) return {};
    throw error;
  });
  const { allowRead = [], ...others } = content;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new InputError(
      message`${file} has '${ofFile(unknown)}', which is no setting: it can have 'allowRead'`,
    );
  }
  if (!Array.isArray(allowRead) || !allowRead.every(isPath)) {
    throw new InputError(`'allowRead' in ${file} must be a list of paths: ["/data/corpora"]`);
  }
  return { allowRead: allowRead.map((path) => resolve(home, path)) };
}

/** Whether a value can be a path: no system has one with NUL in it. */
function isPath(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}
