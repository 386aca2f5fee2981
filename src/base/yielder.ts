/** The longest time that a computation keeps the event loop waiting, in milliseconds. */
const LONGEST = 50;

/** Lets a long computation give the event loop a turn now and then, in which signals are heard and timers run. */
export class Yielder {
  private last = performance.now();

  /** @param signal stops the computation at its next turn */
  constructor(private readonly signal: AbortSignal | undefined) {}

  /**
   * Gives a turn where one is due.
   *
   * @throws the signal's reason, where it has aborted
   */
  async yieldIfDue(): Promise<void> {
    if (performance.now() - this.last < LONGEST) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.last = performance.now();
    this.signal?.throwIfAborted();
  }
}

/**
 * The result of some work, unless a signal aborts first: then the work, which must leave nothing half done, goes on unheeded until the
 * program ends.
 *
 * @throws the signal's reason, where it aborts
 */
export async function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => {});
  }
}
