import { UNLIMITED } from "../base/called_as.ts";

/** The message of an error by which Deno or the system denies a permission; `undefined` of every other. */
export function forbidden(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotCapable) {
    const [lacking = ""] = error.message.split(", run again");
    const wayOut = lacking.includes("read access")
      ? "add --allow-read PATH if you want it read"
      : "choose another file or folder";
    return `Deno lacks a permission that this needs (${lacking}): ${wayOut}${UNLIMITED}`;
  }
  if (!(error instanceof Deno.errors.PermissionDenied)) return undefined;
  return `you lack a permission that this needs (${error.message}): grant it, or choose another file or folder`;
}
