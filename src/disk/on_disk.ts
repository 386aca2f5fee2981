import { UNLIMITED } from "../base/called_as.ts";
import { dirname, resolve } from "@std/path";
import { isAbsent } from "./is_absent.ts";

/** An error in writing to disk. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

/** The flag, variable or argument that chooses another folder. */
export type Elsewhere =
  | "--results"
  | "'results' of --cluster"
  | "--out"
  | "--to"
  | "--baselines"
  | "--junit"
  | "--report-to"
  | "--export"
  | "--into"
  | "HF_HOME"
  | "view [folder]"
  | "init <dir>";

/**
 * Runs an action that writes to disk.
 *
 * @param path the path that is written, for the message
 * @param elsewhere what chooses another folder
 * @throws {DiskError} where the disk is full, the folder is read-only, or the program may not write there
 */
export async function onDisk<Result>(
  path: string,
  act: () => Promise<Result>,
  elsewhere: Elsewhere = "--results",
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const why = await reason(error, path, elsewhere);
    if (why === undefined) throw error;
    throw new DiskError(`${path} cannot be written: ${why}; the previous content is kept`, { cause: error });
  }
}

/** The system's name of an error; Deno knows none for EFBIG, whose number stands in the message. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: string };
  const isTooLarge = Deno.build.os !== "windows" && error.message.startsWith("File too large (os error 27)");
  return code ?? (isTooLarge ? "EFBIG" : undefined);
}

/** What stands where a path needs a folder; `undefined` where nothing is found. */
async function blocking(path: string): Promise<string | undefined> {
  for (let at = resolve(path);; at = dirname(at)) {
    try {
      return (await Deno.stat(at)).isDirectory ? undefined : `${at} is a file, and must be a folder`;
    } catch (error) {
      if (!isAbsent(error) || at === dirname(at)) return undefined;
      if (await isLink(at)) return `${at} is a link that leads to nothing`;
    }
  }
}

async function isLink(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(({ isSymlink }) => isSymlink, () => false);
}

async function reason(error: unknown, path: string, elsewhere: Elsewhere): Promise<string | undefined> {
  if (error instanceof Deno.errors.NotCapable) {
    return `Deno was not allowed to write there: choose another folder with ${elsewhere}, where it may write${UNLIMITED}`;
  }
  const code = codeOf(error);
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full, so free some space and run the same command again";
    case "EROFS":
      return `its file system is read-only, so choose another folder with ${elsewhere}`;
    case "EACCES":
    case "EPERM":
      return `you have no permission to write there, so choose another folder with ${elsewhere}`;
    case "ENOTDIR":
    case "EEXIST":
      return await blocking(path).then((what) =>
        what === undefined
          ? `there is a file where a folder must be, so choose another folder with ${elsewhere}`
          : `${what}, so move it away or choose another folder with ${elsewhere}`
      );
    case "ENAMETOOLONG":
      return `its name is longer than its file system allows, so choose another folder with ${elsewhere}`;
    case "EFBIG":
      return `it is larger than its file system or a limit (ulimit -f) allows, so choose another folder with ${elsewhere}`;
    case "EISDIR":
      return `there is a folder where a file must be, so choose another folder with ${elsewhere}`;
    default:
      return error instanceof Deno.errors.PermissionDenied
        ? `you have no permission to write there, so choose another folder with ${elsewhere}`
        : undefined;
  }
}
