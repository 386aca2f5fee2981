/** The milliseconds that something may cost before it is given up: so long may a disk be busy with something else. */
const MOST = 1000;

/**
 * Whether something takes longer than it should, by a cumulative sum (Page 1954, "Continuous Inspection Schemes"): what it has taken too
 * long adds up, and what it was faster by is taken off, down to zero. So little time is lost before that is noticed, however late
 * it begins, and a pause makes no difference.
 */
export class TimeDebt {
  private debt = 0;

  /**
   * @param time that it took, in milliseconds
   * @param limit what it should have taken at most
   * @returns whether it is too slow, on the whole
   */
  isTooMuch(time: number, limit: number): boolean {
    this.debt = Math.max(0, this.debt + time - limit);
    return this.debt > MOST;
  }
}
