/** The codes of names that no file can have: those that are too long, or hold NUL. */
const IMPOSSIBLE: readonly unknown[] = ["ENAMETOOLONG", "EINVAL"];

/**
 * Whether an error says that a path leads to nothing: there is no such file, a file stands where a folder would, links go in a circle,
 * or no file can have that name.
 */
export function isAbsent(error: unknown): boolean {
  const { FilesystemLoop, NotADirectory, NotFound } = Deno.errors;
  return [FilesystemLoop, NotADirectory, NotFound].some((kind) => error instanceof kind) ||
    error instanceof Error && "code" in error && IMPOSSIBLE.includes(error.code);
}
