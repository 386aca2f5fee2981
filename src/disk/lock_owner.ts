import { parseJson } from "../base/json_text.ts";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { readTextLimited, SHORT_LIMIT } from "./read_limited.ts";
import { ignoreMissing, removeAll } from "./write_whole.ts";

/** The seconds without a sign of life after which an owner is taken for dead. */
export const STALE_SECONDS = 60;

/** The seconds between two signs of life. */
const HEARTBEAT_SECONDS = 5;

/** What a process knows about its own machine. */
export interface OwnerPlace {
  /** The machine's name; `undefined` where it is unknown. */
  readonly host: string | undefined;
  /** Whether the process has the operating system's lock, which an owner on the same machine would hold. */
  readonly hasFlock: boolean;
}

/** What an owner's file says; the process's id is in it for whoever looks into it. */
interface Claim {
  /** Random, so that no two owners have the same. */
  readonly token: string;
  readonly host: string;
}

/**
 * The owner of a lock, across machines that share its folder: a file that one process can create, and writes to every few
 * seconds. Times are compared on the file server's own clock.
 */
export class LockOwner {
  private readonly timer: ReturnType<typeof setInterval>;

  private constructor(
    private readonly path: string,
    private readonly file: Deno.FsFile,
    private readonly text: string,
  ) {
    this.timer = setInterval(() => this.showLife(), HEARTBEAT_SECONDS * 1000);
    this.timer.unref();
  }

  /** Becomes the owner; `undefined` where another lives. */
  static async claim(path: string, { host, hasFlock }: OwnerPlace): Promise<LockOwner | undefined> {
    const token = crypto.randomUUID();
    const text = JSON.stringify({ token, pid: Deno.pid, ...(host !== undefined && { host }) });
    for (;;) {
      const file = await createdWith(text, path);
      if (file !== undefined) return new LockOwner(path, file, text);
      const other = await readClaim(path);
      if (other === undefined) continue;
      const wasHere = hasFlock && host !== undefined && other.host === host;
      if (!wasHere && !await isStale(path)) return undefined;
      const own = await takeOver(path, other.token, text, `${path}.${token}`);
      return own && new LockOwner(path, own, text);
    }
  }

  /**
   * Whether another has become the owner meanwhile: a process that was stopped, or cut off from the file server, for a minute is taken for
   * dead, and may go on.
   */
  isReplaced(): boolean {
    try {
      return Deno.readTextFileSync(this.path) !== this.text;
    } catch (error) {
      ignoreMissing(error);
      return true;
    }
  }

  /** Ends the ownership. */
  release(): void {
    clearInterval(this.timer);
    this.file.close();
    if (this.isReplaced()) return;
    try {
      Deno.removeSync(this.path);
    } catch (error) {
      ignoreMissing(error);
    }
  }

  private showLife(): void {
    try {
      writeClaim(this.file, this.text);
    } catch {
      // A disk that is full or gone is reported by whoever writes results.
    }
  }
}

/**
 * Whether a lock's owner has shown life lately, by this machine's clock.
 *
 * @param dead the machine whose owners are known to have ended, if one is
 */
export async function ownerLives(path: string, dead: string | undefined): Promise<boolean> {
  try {
    const found: unknown = parseJson(await readTextLimited(path, SHORT_LIMIT));
    const hasEnded = dead !== undefined && Object(found).host === dead;
    const { mtime } = await Deno.stat(path);
    return !hasEnded && Math.abs(Date.now() - Number(mtime)) <= STALE_SECONDS * 1000;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof InputError)) ignoreMissing(error);
    return false;
  }
}

/** Writes what the file says already, too: that sets its time of modification. */
function writeClaim(file: Deno.FsFile, text: string): void {
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode(text));
}

/** Creates a file; `undefined` where there is one. */
async function createdWith(text: string, path: string): Promise<Deno.FsFile | undefined> {
  try {
    const file = await Deno.open(path, { createNew: true, read: true, write: true });
    writeClaim(file, text);
    return file;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return undefined;
    throw error;
  }
}

/**
 * Replaces a dead owner's file by one's own; one process at a time does so.
 *
 * @param dead the token in the dead owner's file @param aside the path of the new file until it is in place
 * @returns `undefined` where another process does it, or has become the owner meanwhile
 */
async function takeOver(
  path: string,
  dead: string | undefined,
  text: string,
  aside: string,
): Promise<Deno.FsFile | undefined> {
  const guard = `${path}.takeover`;
  const guarding = await createdWith(text, guard);
  if (guarding === undefined) {
    // It stays if its process was killed in this moment.
    if (await isStale(guard)) await removeAll(guard);
    return undefined;
  }
  try {
    const now = await readClaim(path);
    if (now === undefined || now.token !== dead) return undefined;
    const file = await createdWith(text, aside);
    if (file !== undefined) await Deno.rename(aside, path);
    return file;
  } finally {
    guarding.close();
    await removeAll(guard);
  }
}

/** What an owner's file says; nobody's where it cannot be read, as when it was just created. What is no file is removed. */
async function readClaim(path: string): Promise<Partial<Claim> | undefined> {
  try {
    const found: unknown = parseJson(await readTextLimited(path, SHORT_LIMIT));
    return typeof found === "object" && found !== null ? found : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    if (error instanceof InputError) await removeAll(path);
    else ignoreMissing(error);
    return undefined;
  }
}

/**
 * Whether an owner's file was written to too long ago: by the times that the file server gives it and a new file. A time that
 * is as far in the future is no sign of life either: an owner that lives would have set it back since, when the server's clock was.
 */
async function isStale(path: string): Promise<boolean> {
  const probe = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(probe, "");
    const [now, then] = await allDone([Deno.stat(probe), Deno.stat(path)]);
    return Math.abs(Number(now.mtime) - Number(then.mtime)) > STALE_SECONDS * 1000;
  } catch (error) {
    ignoreMissing(error);
    return true;
  } finally {
    await removeAll(probe);
  }
}
