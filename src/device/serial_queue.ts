/** Runs tasks one after the other, in the order in which they are queued. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs a task after all earlier ones have ended, successfully or not. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }
}
