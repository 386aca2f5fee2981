import type { Progress, ProgressSink } from "./progress.ts";
import { progressText } from "./progress_text.ts";

/** The time between two lines, in milliseconds: less than half a minute, also where one step takes seconds. */
const PERIOD = 20_000;

/** Progress as a line now and then, where there is no terminal. What takes less time than between two lines has none. */
export class PlainProgress implements ProgressSink {
  private latest: Progress | undefined;
  private last: number | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** @param log takes the lines @param now the time in milliseconds */
  constructor(
    private readonly log: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(progress: Progress): void {
    this.latest = progress;
    this.last ??= this.now();
    if (this.timer === undefined) {
      this.timer = setInterval(() => this.logIfDue(), PERIOD / 4);
      Deno.unrefTimer(this.timer);
    }
    this.logIfDue();
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.latest = undefined;
  }

  private logIfDue(): void {
    if (this.latest === undefined || this.last === undefined || this.now() - this.last < PERIOD) return;
    this.last = this.now();
    this.log(plainLine(this.latest));
  }
}

/** `[3/12 runs, 45%] small: tuning 360/800 steps, loss 0.513, 12 min left` */
function plainLine(progress: Progress): string {
  const { share, stage, runs, loss, validation, left } = progressText(progress);
  const whole = [runs, share].filter((text) => text !== undefined).join(", ");
  const own = [stage, loss, validation, left].filter((text) => text !== undefined).join(", ");
  return `${whole === "" ? "" : `[${whole}] `}${progress.title}: ${own}`;
}
