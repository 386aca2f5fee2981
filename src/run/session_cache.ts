import type { ResidentSession, Session } from "../device/device.ts";
import { thrownMessage } from "../base/errors.ts";

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
      if (this.current === shared) this.current = undefined;
      throw error;
    }
  }

  /** Drops the open sessions, which are released as soon as no run uses them: the next request opens new ones. */
  async release(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current?.users === 0) await current.release();
  }

  /** Fills the slot synchronously, so that no other request comes between checking and filling it. */
  private sharedOf(key: string, open: OpenSessions<SessionSet>): SharedSessions {
    if (this.current?.key !== key) this.current = new SharedSessions(key, this.release(), open, this.log);
    return this.current;
  }

  private leaseOf<Sessions extends SessionSet>(
    shared: SharedSessions,
    sessions: Sessions,
  ): SessionLease<Sessions> {
    let isOver = false;
    return {
      sessions,
      free: async (...early) => {
        if (isOver || this.keepsUnused || shared.users > 1) return;
        // The next request for the same key needs all of them.
        if (this.current === shared) this.current = undefined;
        await shared.release(early);
      },
      end: async () => {
        if (isOver) return;
        isOver = true;
        shared.users--;
        if (shared.users > 0 || this.keepsUnused && this.current === shared) return;
        if (this.current === shared) this.current = undefined;
        await shared.release();
      },
    };
  }
}

/** Sessions that are being opened, or are open. */
class SharedSessions {
  /** The number of runs that use them or wait for them. */
  users = 0;
  readonly sessions: Promise<SessionSet>;
  private readonly open = new Set<Session | ResidentSession>();

  constructor(
    readonly key: string,
    before: Promise<void>,
    open: OpenSessions<SessionSet>,
    private readonly log: (line: string) => void,
  ) {
    this.sessions = this.opened(before, open);
  }

  /** Releases sessions that are open, all of them even if some fail. */
  async release(sessions: Iterable<Session | ResidentSession> = [...this.open]): Promise<void> {
    for (const session of sessions) {
      if (!this.open.delete(session)) continue;
      try {
        await session.release();
      } catch (error) {
        const why = thrownMessage(error);
        this.log(
          `warning: a session failed to be released (${why}): its memory may stay in use until the program ends`,
        );
      }
    }
  }

  private async opened(before: Promise<void>, open: OpenSessions<SessionSet>): Promise<SessionSet> {
    await before;
    try {
      return await open(async (session) => {
        const one = await session;
        this.open.add(one);
        return one;
      });
    } catch (error) {
      await this.release();
      throw error;
    }
  }
}
