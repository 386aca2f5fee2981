/** Counts what is done of several parts, one after the other, as of one whole. */
export class PartCounter {
  private before = 0;
  private readonly total: number;

  /** @param sizes of the parts @param report hears what is done of the whole */
  constructor(sizes: readonly number[], private readonly report: (done: number, total: number) => void) {
    this.total = sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Begins the next part. @returns takes what is done of it */
  next(size: number): (done: number) => void {
    const { before } = this;
    this.before += size;
    return (done) => this.report(before + done, this.total);
  }
}
