import progress from "cli-progress";
import { visible } from "../base/visible.ts";
import type { BarStream } from "./io.ts";

/** A progress bar; does nothing where there is no stream to draw on. */
export class ProgressBar {
  private readonly bar: progress.SingleBar | undefined;

  constructor(title: string, total: number, stream: BarStream | undefined) {
    if (stream === undefined) return;
    this.bar = new progress.SingleBar({
      format: "{title} {bar} {percentage}% | {value}/{total} | {note} | {eta_formatted} left",
      noTTYOutput: false,
      hideCursor: true,
      clearOnComplete: true,
      stream,
    }, progress.Presets.shades_classic);
    this.bar.start(total, 0, { title: visible(title), note: "" });
  }

  update(value: number, note: string): void {
    this.bar?.update(value, { note });
  }

  stop(): void {
    this.bar?.stop();
  }
}
