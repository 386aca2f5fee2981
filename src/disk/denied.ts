/** The codes of errors where the system refuses a change, whoever asks again. */
const DENIALS: readonly unknown[] = ["EROFS", "EACCES", "EPERM"];

/** Whether an error, or what has caused it, says that a file or a folder may not be changed: it is read-only, or somebody else's. */
export function isDenied(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOwn = error instanceof Deno.errors.PermissionDenied ||
    "code" in error && DENIALS.includes(error.code);
  return isOwn || error.cause !== undefined && isDenied(error.cause);
}
