import { allDone } from "../base/all_done.ts";
import { memoize } from "../base/memoize.ts";
import type { ResidentSession, Session } from "../device/device.ts";
import { SessionGroup } from "../device/session_group.ts";

/** The use of a set of sessions by one run. */
export interface SessionLease {
  /**
   * A session of the set, opened when it is first asked for.
   *
   * @param name identifies it in the set
   * @throws what `open` throws, to all that wait for it
   */
  open(name: string, open: () => Promise<Session>): Promise<Session>;
  /** The same for a session whose outputs stay on the device. */
  openResident(name: string, open: () => Promise<ResidentSession>): Promise<ResidentSession>;
  /** Frees some of them early, unless others use them, they are kept for the next run, or the run's use is over. */
  free(...sessions: readonly (Session | ResidentSession)[]): Promise<void>;
  /** Ends the run's use of them. */
  end(): Promise<void>;
}

/**
 * The set of sessions that was asked for last, shared by all runs that request the same key, concurrently or later. As they hold a device's
 * memory, they are replaced when another key is requested; replaced sessions are released once, when their last user is done. A session
 * that fails to be released is reported and fails no run.
 */
export class SessionCache {
  private current: SharedSessions | undefined;
  /** Settles when the releases so far are over. */
  private releasing: Promise<unknown> = Promise.resolve();

  /**
   * @param keepsUnused whether sessions that no run uses stay open for the next run
   * @param log takes a warning where a session fails to be released
   */
  constructor(private readonly keepsUnused: boolean, private readonly log: (line: string) => void) {}

  /**
   * Begins a run's use of a set of sessions. Sessions that no run uses are released before others are opened.
   *
   * @param key identifies the set
   */
  async lease(key: string): Promise<SessionLease> {
    const shared = this.sharedOf(key);
    shared.users++;
    try {
      await shared.before;
      return this.leaseOf(shared);
    } catch (error) {
      await this.releaseOf(shared);
      throw error;
    }
  }

  /** Drops the open sessions, which are released as soon as no run uses them: the next request opens new ones. */
  async release(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current?.users === 0) await this.releaseOf(current);
  }

  /** Fills the slot synchronously, so that no other request comes between checking and filling it. */
  private sharedOf(key: string): SharedSessions {
    if (this.current?.key !== key) {
      const replaced = this.release();
      this.current = new SharedSessions(key, allDone([replaced, this.releasing]), this.log);
    }
    return this.current;
  }

  /** Releases sessions, by default all, and hands them to no other run; until that is over, none are opened. */
  private async releaseOf(
    shared: SharedSessions,
    early?: readonly (Session | ResidentSession)[],
  ): Promise<void> {
    this.withdraw(shared);
    const released = shared.group.release(early);
    this.releasing = Promise.allSettled([this.releasing, released]);
    await released;
  }

  /** Hands a set to no other run. */
  private withdraw(shared: SharedSessions): void {
    if (this.current === shared) this.current = undefined;
  }

  private leaseOf(shared: SharedSessions): SessionLease {
    let isOver = false;
    const opened = async <One>(session: Promise<One>): Promise<One> => {
      try {
        return await session;
      } catch (error) {
        // The next request opens all of them again.
        this.withdraw(shared);
        throw error;
      }
    };
    return {
      open: (name, open) => opened(memoize(shared.sessions, name, () => shared.group.add(open()))),
      openResident: (name, open) => opened(memoize(shared.resident, name, () => shared.group.add(open()))),
      free: async (...early) => {
        // The next request for the same key needs all of them.
        if (!isOver && !this.keepsUnused && shared.users === 1) await this.releaseOf(shared, early);
      },
      end: async () => {
        if (isOver) return;
        isOver = true;
        shared.users--;
        if (shared.users > 0 || this.keepsUnused && this.current === shared) return;
        await this.releaseOf(shared);
      },
    };
  }
}

/** Sessions that are being opened, or are open. */
class SharedSessions {
  /** The number of runs that use them. */
  users = 0;
  readonly sessions = new Map<string, Promise<Session>>();
  readonly resident = new Map<string, Promise<ResidentSession>>();
  readonly group: SessionGroup;

  /** @param before settles when they may be opened */
  constructor(readonly key: string, readonly before: Promise<unknown>, log: (line: string) => void) {
    this.group = new SessionGroup(log);
  }
}
