/** Whether an error says that a path leads to nothing: there is no such file, a file stands where a folder would, or links go in a circle. */
export function isAbsent(error: unknown): boolean {
  const { FilesystemLoop, NotADirectory, NotFound } = Deno.errors;
  return [FilesystemLoop, NotADirectory, NotFound].some((kind) => error instanceof kind);
}
