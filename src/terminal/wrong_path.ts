import { visible } from "../base/visible.ts";
import { isAbsent } from "../disk/is_absent.ts";

/** The message of an error of the file system where a path leads to nothing, or to a folder in place of a file; else `undefined`. */
export function wrongPath(error: unknown): string | undefined {
  if (!(error instanceof Deno.errors.IsADirectory) && !isAbsent(error)) return undefined;
  const { message } = error as Error;
  // Deno's messages end with the system call and the path.
  const [, what = message, path] = /^(.*?)(?: \(os error \d+\))?(?:: [\w ]+ '(.*)')?$/s.exec(message) ?? [];
  const place = path === undefined ? "" : `${path} cannot be used: `;
  return visible(`${place}${what}: check the paths that you name`);
}
