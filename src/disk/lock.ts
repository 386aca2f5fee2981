import { dirname } from "@std/path";
import { onDisk } from "./on_disk.ts";

/** How long a program that waits for a lock sleeps between two looks, in milliseconds. */
const PAUSE = 200;

/**
 * A lock on something in the results folder, between programs on one machine. It is the operating system's lock on a file
 * (flock): it ends with the process that holds it, however that ends, so that nothing needs to be cleaned up after a
 * killed one. The file itself stays.
 */
export class Lock {
  private constructor(private readonly file: Deno.FsFile) {}

  /** Takes a lock if nobody holds it. */
  static async tryTake(path: string): Promise<Lock | undefined> {
    const file = await onDisk(path, async () => {
      await Deno.mkdir(dirname(path), { recursive: true });
      return await Deno.open(path, { create: true, read: true, write: true });
    });
    if (await file.tryLock(true)) return new Lock(file);
    file.close();
    return undefined;
  }

  /**
   * Takes a lock, waiting for whoever holds it.
   *
   * @param onWait called once if there is something to wait for
   * @param signal ends the waiting
   * @returns `undefined` where the signal ended it
   */
  static async take(path: string, onWait: () => void, signal?: AbortSignal): Promise<Lock | undefined> {
    for (let tries = 0; !signal?.aborted; tries++) {
      const lock = await Lock.tryTake(path);
      if (lock !== undefined) return lock;
      if (tries === 0) onWait();
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return undefined;
  }

  release(): void {
    this.file.close();
  }
}
