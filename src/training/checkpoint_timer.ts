/** The largest share of the time of tuning that checkpoints may take. */
const LARGEST_SHARE = 0.05;

/** The seconds between two checkpoints within an epoch, where they are cheap. */
const INTERVAL_SECONDS = 1;

/** The number of bytes per second that the first checkpoint is assumed to be read and written at. */
const ASSUMED_SPEED = 1e8;

/** How the time for checkpoints is spent. */
export interface TimerOptions {
  /** The size of a checkpoint, where it is large. */
  readonly bytes?: number;
  /** Whether each epoch ends with a checkpoint, whatever it costs. */
  readonly everyEpoch?: boolean;
  /** Milliseconds on a clock that never goes back; by default the system's. */
  readonly now?: () => number;
}

/**
 * Decides after which steps a checkpoint is written: at the ends of epochs, and otherwise every second, as long as all
 * checkpoints together take at most a twentieth of the time. Runs that take their steps together share one, so that they
 * have checkpoints of the same steps.
 */
export class CheckpointTimer {
  /** Milliseconds on its clock. */
  readonly time: () => number;
  private readonly everyEpoch: boolean;
  private readonly start: number;
  /** The end of the last checkpoint. */
  private last: number;
  /** The time spent on all checkpoints, and on those of the last step that had some. */
  private spent = 0;
  private cost: number;
  private costOf: number | undefined;
  /** The last decision. */
  private decided: { readonly step: number; readonly isDue: boolean } | undefined;

  constructor({ bytes = 0, everyEpoch = false, now = () => performance.now() }: TimerOptions = {}) {
    this.time = now;
    this.everyEpoch = everyEpoch;
    this.start = this.last = now();
    this.cost = bytes / ASSUMED_SPEED * 1000;
  }

  /** Whether a checkpoint is due after a step; all that ask for the same step get the same answer. */
  isDue(step: number, endsEpoch: boolean): boolean {
    if (this.everyEpoch && endsEpoch) return true;
    if (this.decided?.step === step) return this.decided.isDue;
    const now = this.time();
    const isTime = endsEpoch || now - this.last >= INTERVAL_SECONDS * 1000;
    const isCheap = this.spent + this.cost <= LARGEST_SHARE * (now - this.start);
    this.decided = { step, isDue: isTime && isCheap };
    return this.decided.isDue;
  }

  /** Counts the time that the checkpoint after a step took. @param began on the timer's clock */
  count(step: number, began: number): void {
    this.last = this.time();
    const took = this.last - began;
    this.spent += took;
    this.cost = this.costOf === step ? this.cost + took : took;
    this.costOf = step;
  }
}
