import { allDone } from "../base/all_done.ts";
import type { ResidentSession, Session } from "../device/device.ts";
import { SessionGroup } from "../device/session_group.ts";

/** Opened sessions, by their names. */
export type SessionSet = Readonly<Record<string, Session | ResidentSession>>;

/**
 * Opens the sessions of one key, one after the other.
 *
 * @param opened is called with each session as it opens: if a later one fails, those before it are released
 */
export type OpenSessions<Sessions extends SessionSet> = (
  opened: <One extends Session | ResidentSession>(session: Promise<One>) => Promise<One>,
) => Promise<Sessions>;

/** The use of opened sessions by one run. */
export interface SessionLease<Sessions extends SessionSet> {
  readonly sessions: Sessions;
  /** Frees some of them early, unless others use them, they are kept for the next run, or the run's use is over. */
  free(...sessions: readonly (Session | ResidentSession)[]): Promise<void>;
  /** Ends the run's use of them. */
  end(): Promise<void>;
}

/**
 * The most recently opened sessions, shared by all runs that request the same key, concurrently or later. As they hold a device's
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
   * Opens sessions, or returns the open ones. Sessions that no run uses are released before others are opened.
   *
   * @param key identifies the sessions: those with the same key have the same type
   * @throws what `open` throws, to all that wait for it; the next request opens them again
   */
  async lease<Sessions extends SessionSet>(
    key: string,
    open: OpenSessions<Sessions>,
  ): Promise<SessionLease<Sessions>> {
    const shared = this.sharedOf(key, open);
    shared.users++;
    try {
      return this.leaseOf(shared, await shared.sessions as Sessions);
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
  private sharedOf(key: string, open: OpenSessions<SessionSet>): SharedSessions {
    if (this.current?.key !== key) {
      const replaced = this.release();
      this.current = new SharedSessions(key, allDone([replaced, this.releasing]), open, this.log);
    }
    return this.current;
  }

  /** Releases sessions, by default all, and hands them to no other run; until that is over, none are opened. */
  private async releaseOf(
    shared: SharedSessions,
    early?: readonly (Session | ResidentSession)[],
  ): Promise<void> {
    if (this.current === shared) this.current = undefined;
    const released = shared.group.release(early);
    this.releasing = Promise.allSettled([this.releasing, released]);
    await released;
  }

  private leaseOf<Sessions extends SessionSet>(
    shared: SharedSessions,
    sessions: Sessions,
  ): SessionLease<Sessions> {
    let isOver = false;
    return {
      sessions,
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
  /** The number of runs that use them or wait for them. */
  users = 0;
  readonly sessions: Promise<SessionSet>;
  readonly group: SessionGroup;

  constructor(
    readonly key: string,
    before: Promise<unknown>,
    open: OpenSessions<SessionSet>,
    log: (line: string) => void,
  ) {
    this.group = new SessionGroup(log);
    this.sessions = before.then(() => open((session) => this.group.add(session)));
  }
}
