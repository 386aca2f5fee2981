import { InputError } from "../base/errors.ts";

/**
 * Checks that a path is that of a regular file: a pipe would be waited for, and a device may not end.
 *
 * @param info about the path, after all symbolic links; before them, where a link is no file of ours
 * @throws {InputError} where it is a folder, a link, a device or a pipe
 */
export function checkRegular(path: string, { isFile, isDirectory, isSymlink }: Deno.FileInfo): void {
  if (isFile) return;
  const kind = isDirectory ? "a folder" : isSymlink ? "a symbolic link" : "a device or a pipe";
  throw new InputError(`${path} is ${kind}, but it must be a regular file`);
}
