import { InputError } from "../base/errors.ts";

/**
 * Checks that a path is that of a regular file: a pipe would be waited for, and a device may not end.
 *
 * @param info about the path, after all symbolic links
 * @throws {InputError} where it is a folder, a device or a pipe
 */
export function checkRegular(path: string, { isFile, isDirectory }: Deno.FileInfo): void {
  if (isFile) return;
  throw new InputError(
    `${path} is ${
      isDirectory ? "a folder" : "a device or a pipe"
    }, but it must be a regular file: put the file in its place`,
  );
}
