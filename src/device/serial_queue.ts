/** Does one thing after the other, in the order in which they are asked for. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** Does something when all that was asked for before is over, however it ended. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }
}
