/** What changes a disk. */
const CHANGES = ["mkdir", "open", "remove", "rename"] as const;

/** Ends a call as a killed process ends: nothing that it tries later happens. */
class Stopped extends Error {}

/**
 * Runs a call whose changes to the disk stop after a number of them.
 *
 * @param how `killed`: nothing happens any more; `full`: nothing can be created, as on a full disk
 * @returns whether it was stopped
 */
export async function stoppingAfter(
  changes: number,
  how: "killed" | "full",
  call: () => Promise<unknown>,
): Promise<boolean> {
  const own = { ...Deno };
  let left = changes;
  const fault = () => Object.assign(new Stopped("No space left on device"), { code: "ENOSPC" });
  for (const name of CHANGES) {
    const real = own[name] as (...given: unknown[]) => Promise<unknown>;
    const replaced = (...given: unknown[]) => {
      const creates = name === "mkdir" || name === "open" && isWriting(given[1]);
      const counts = how === "full" ? creates : creates || name !== "open";
      if (counts && left-- <= 0) return Promise.reject(fault());
      return real(...given);
    };
    Object.assign(Deno, { [name]: replaced });
  }
  try {
    await call();
    return false;
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  } finally {
    for (const name of CHANGES) Object.assign(Deno, { [name]: own[name] });
  }
}

function isWriting(options: unknown): boolean {
  return typeof options === "object" && options !== null && "write" in options;
}
