import type { Progress, ProgressSink } from "./progress.ts";

/** How standard error is written: as text, or as JSON Lines for programs. */
export const LOG_FORMATS = ["text", "json"] as const;

/** One of these. */
export type LogFormat = typeof LOG_FORMATS[number];

/** The least time between two lines on one stage, in milliseconds, but for its first and its last. */
const PERIOD = 10_000;

/** A line of the log that holds a message. Its level is what the message begins with. */
export function jsonMessage(message: string): string {
  const [, level = "info"] = /^(error|warning): /.exec(message) ?? [];
  return jsonLine("message", { level, message });
}

/** Progress as lines of the log: the first and the last of each stage, and some between them. */
export class JsonProgress implements ProgressSink {
  private last: { readonly key: string; readonly time: number } | undefined;

  /** @param log takes the lines @param now the time in milliseconds */
  constructor(
    private readonly log: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  show(progress: Progress): void {
    const { title, stage, unit, done, total, share, secondsLeft, runs, loss, validation } = progress;
    const key = JSON.stringify([title, stage]);
    const time = this.now();
    const isNew = this.last === undefined || this.last.key !== key;
    if (!isNew && done !== total && time - this.last!.time < PERIOD) return;
    this.last = { key, time };
    this.log(jsonLine("progress", {
      title,
      stage,
      unit,
      done,
      total,
      share,
      seconds_left: secondsLeft,
      ...(runs && { runs_ended: runs.ended, runs_total: runs.total }),
      loss,
      validation,
    }));
  }

  end(): void {
    this.last = undefined;
  }
}

/** What is `undefined` is left out. */
function jsonLine(event: "message" | "progress", fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ event, time: new Date().toISOString(), ...fields });
}
