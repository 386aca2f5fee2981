/** How fast something is done, and the time that is left of it. */
export class Pace {
  private start: { readonly done: number; readonly time: number } | undefined;
  private last = 0;

  /** @param now the time in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Estimates the time left from the speed since the first call; where less is done than before, it is done once more, from there.
   *
   * @returns seconds; `undefined` where nothing has been done yet
   */
  secondsLeft(done: number, total: number): number | undefined {
    const time = this.now();
    if (this.start === undefined || done < this.last) this.start = { done, time };
    this.last = done;
    const gained = done - this.start.done;
    if (gained <= 0 || done >= total) return undefined;
    return (time - this.start.time) / 1000 * (total - done) / gained;
  }
}
