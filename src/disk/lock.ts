import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { onDisk } from "./on_disk.ts";

/** The path of the lock on something in a folder, named by a hash: names may be as long as file systems allow. */
export function lockPath(folder: string, locked: string): string {
  return join(folder, ".locks", `${createHash("sha256").update(locked).digest("hex").slice(0, 32)}.lock`);
}

/** The pause between two attempts to take a lock, in milliseconds. */
const PAUSE = 200;

/**
 * A lock on something in the results folder, between processes on one machine. It is the operating system's lock on a file
 * (flock): it is released when its process ends, however that ends, so that nothing needs to be cleaned up after a
 * killed one. The file itself stays.
 */
export class Lock {
  private constructor(private readonly file: Deno.FsFile) {}

  /** Takes a lock if it is free. */
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
   * Takes a lock, waiting until it is free.
   *
   * @param onWait called once if it has to wait
   * @param signal aborts the waiting
   * @returns `undefined` if the signal aborted it
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
