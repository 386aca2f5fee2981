/** What changes a disk. */
const CHANGES = ["mkdir", "open", "remove", "rename", "truncate", "writeFile", "writeTextFile"] as const;

/** How a disk stops: `killed`: nothing happens any more; `full`: nothing can be created, as on a full disk. */
export type Stop = "killed" | "full";

/** What a call did until it ended. */
export interface StoppedCall<Result> {
  /** The number of changes to the disk that it made or tried. */
  readonly changes: number;
  /** Whether it was stopped. */
  readonly isStopped: boolean;
  /** What it returned; absent where it failed. */
  readonly result?: Result;
}

/** The error of a change that does not happen. */
class Stopped extends Error {
  readonly code = "ENOSPC";
}

/**
 * Runs a call in this process whose changes to the disk stop after a number of them: what is on the disk then is what a process that
 * was killed at this moment leaves.
 */
export async function stoppingAfter<Result>(
  most: number,
  how: Stop,
  call: () => Promise<Result>,
): Promise<StoppedCall<Result>> {
  const own = { ...Deno };
  let changes = 0;
  for (const name of CHANGES) {
    const real = own[name] as (...given: unknown[]) => Promise<unknown>;
    const replaced = (...given: unknown[]) => {
      if (counts(how, name, given) && changes++ >= most) {
        return Promise.reject(new Stopped("No space left on device (os error 28)"));
      }
      return real(...given);
    };
    Object.assign(Deno, { [name]: replaced });
  }
  try {
    const result = await call();
    return { changes, isStopped: changes > most, result };
  } catch (error) {
    if (changes <= most) throw error;
    return { changes, isStopped: true };
  } finally {
    for (const name of CHANGES) Object.assign(Deno, { [name]: own[name] });
  }
}

function counts(how: Stop, name: typeof CHANGES[number], given: readonly unknown[]): boolean {
  const [, options] = given;
  const isReading = name === "open" &&
    !(typeof options === "object" && options !== null && "write" in options);
  return !isReading && (how === "killed" || !["remove", "rename", "truncate"].includes(name));
}
