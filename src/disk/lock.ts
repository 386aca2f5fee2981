import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { LockOwner, ownerLives, STALE_SECONDS } from "./lock_owner.ts";
import { isAbsent } from "./is_absent.ts";
import { type Elsewhere, onDisk } from "./on_disk.ts";
import { removeAll } from "./write_whole.ts";

/** The folder of the locks on what is in a folder. */
export const LOCKS = ".locks";

/** The path of the lock on something in a folder, named by a hash: names may be as long as file systems allow. */
export function lockPath(folder: string, locked: string): string {
  return join(folder, LOCKS, `${createHash("sha256").update(locked).digest("hex").slice(0, 32)}.lock`);
}

/** The pause between two attempts to take a lock, in milliseconds. */
const PAUSE = 200;

/** The machine that takes locks. */
export interface LockSystem {
  /** Its name in the network; `undefined` where the program may not ask. */
  hostname(): Promise<string | undefined>;
  /** Locks a file by flock if no other process has locked it. */
  tryLock(file: Deno.FsFile): Promise<boolean>;
}

const THIS_MACHINE: LockSystem = {
  hostname: async () => {
    const { state } = await Deno.permissions.query({ name: "sys", kind: "hostname" });
    return state === "granted" ? Deno.hostname() : undefined;
  },
  tryLock: (file) => file.tryLock(true),
};

/** How a lock's file is opened. */
const READING: Deno.OpenOptions = { read: true };
const WRITING: Deno.OpenOptions = { read: true, write: true };

/** Another machine has taken a lock over. */
export class LockLost extends Error {
  override readonly name = "LockLost";

  constructor() {
    super(
      `this process had shown no life for ${STALE_SECONDS} seconds, and another machine goes on with the run: nothing more is written here`,
    );
  }
}

/** How a lock is taken. */
export interface LockOptions {
  /** Called once if it has to wait. */
  readonly onWait?: () => void;
  /** Takes a line on a file system without locks, and on what was found in the place of a lock. */
  readonly log?: (line: string) => void;
  /** Aborts the waiting. */
  readonly signal?: AbortSignal;
  /** By default this machine. */
  readonly system?: LockSystem;
  /** What chooses another folder, where the lock cannot be written. */
  readonly elsewhere?: Elsewhere;
}

/**
 * A lock on something in the results folder, between processes on one machine or on several that share the folder.
 *
 * On one machine it is the operating system's lock on a file (flock): it is released when its process ends, however that ends,
 * so that nothing needs to be cleaned up after a killed one. Network file systems may have none, or one that other machines do
 * not see. So whoever has it also owns the file beside it (`<lock>.owner`).
 */
export class Lock {
  private constructor(private readonly file: Deno.FsFile, private readonly owner: LockOwner) {}

  /** Takes a lock if it is free. */
  static async tryTake(path: string, options: LockOptions = {}): Promise<Lock | undefined> {
    const { system = THIS_MACHINE } = options;
    return await onDisk(path, async () => {
      const file = await openLock(path, options);
      let owner: LockOwner | undefined;
      try {
        const onHost = await lockOnHost(file, path, system);
        if (onHost === "held") return undefined;
        if (onHost !== "taken") sayOnce(dirname(path), onHost.none, options);
        owner = await LockOwner.claim(`${path}.owner`, {
          host: await system.hostname(),
          hasFlock: onHost === "taken",
        });
        return owner && new Lock(file, owner);
      } finally {
        if (owner === undefined) file.close();
      }
    }, options.elsewhere);
  }

  /**
   * Takes a lock, waiting until it is free.
   *
   * @returns `undefined` if the signal aborted it
   */
  static async take(path: string, options: LockOptions = {}): Promise<Lock | undefined> {
    const { onWait, signal } = options;
    for (let tries = 0; !signal?.aborted; tries++) {
      const lock = await Lock.tryTake(path, options);
      if (lock !== undefined) return lock;
      if (tries === 0) onWait?.();
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return undefined;
  }

  /**
   * Whether somebody has a lock, without taking it and without writing: for whoever only shows what is underway. A process that asks
   * for the lock at the same moment may find it taken, and waits.
   */
  static async isHeld(path: string, system: LockSystem = THIS_MACHINE): Promise<boolean> {
    try {
      using file = await Deno.open(path, READING);
      const onHost = await lockOnHost(file, path, system, READING);
      if (onHost === "held") return true;
      const dead = onHost === "taken" ? await system.hostname() : undefined;
      return await ownerLives(`${path}.owner`, dead);
    } catch (error) {
      if (isAbsent(error) || error instanceof Deno.errors.IsADirectory) return false;
      throw error;
    }
  }

  /**
   * To be called before what is locked is written.
   *
   * @throws {LockLost} where another machine has taken the lock over, as this process had shown no life for a minute
   */
  check(): void {
    if (this.owner.isReplaced()) throw new LockLost();
  }

  release(): void {
    this.owner.release();
    this.file.close();
  }
}

/** Opens a lock's file; a folder in its place is removed. */
async function openLock(path: string, { log }: LockOptions): Promise<Deno.FsFile> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const open = () => Deno.open(path, { ...WRITING, create: true });
  return await open().catch(async (error) => {
    if (!(error instanceof Deno.errors.IsADirectory)) throw error;
    log?.(`${path} is a folder in the place of a lock, and is removed`);
    await removeAll(path);
    return await open();
  });
}

/** Takes the lock of the operating system; a file system may have none (ENOLCK), or give it to everybody who asks. */
async function lockOnHost(
  file: Deno.FsFile,
  path: string,
  { tryLock }: LockSystem,
  how: Deno.OpenOptions = WRITING,
): Promise<"taken" | "held" | { readonly none: string }> {
  try {
    if (!await tryLock(file)) return "held";
    using second = await Deno.open(path, how);
    return await tryLock(second) ? { none: "flock locks nothing" } : "taken";
  } catch (error) {
    return { none: error instanceof Error ? error.message : String(error) };
  }
}

/** The folders that were reported. */
const reported = new Set<string>();

function sayOnce(folder: string, why: string, { log }: LockOptions): void {
  if (log === undefined || reported.has(folder)) return;
  reported.add(folder);
  log(
    `warning: the file system of ${folder} has no locks (${why}): what a killed process was at is free again after ${STALE_SECONDS} seconds`,
  );
}
