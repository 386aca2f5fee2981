import { thrownMessage } from "../base/errors.ts";

/** Something open on a device. */
interface Releasable {
  /** Frees what it holds on the device. */
  release(): Promise<void>;
}

/**
 * Sessions that are opened one after the other and released together, all of them even if some fail: where a later one fails to
 * open, those before it are released with the group.
 */
export class SessionGroup implements AsyncDisposable {
  private readonly sessions = new Set<Releasable>();

  /** @param log takes a warning where a session fails to be released */
  constructor(private readonly log: (line: string) => void) {}

  /** Adds a session as it opens. @throws what opening it throws */
  async add<One extends Releasable>(session: Promise<One>): Promise<One> {
    const opened = await session;
    this.sessions.add(opened);
    return opened;
  }

  /** Releases sessions of the group, each of them once; by default all. A failure is reported when the others are released. */
  async release(sessions: Iterable<Releasable> = [...this.sessions]): Promise<void> {
    const failures: string[] = [];
    for (const session of sessions) {
      if (!this.sessions.delete(session)) continue;
      try {
        await session.release();
      } catch (error) {
        failures.push(thrownMessage(error));
      }
    }
    for (const why of failures) {
      this.log(
        `warning: a session failed to be released (${why}): its memory may stay in use until the program ends`,
      );
    }
  }

  /** Releases all sessions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
