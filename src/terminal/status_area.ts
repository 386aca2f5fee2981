import type { Terminal } from "./io.ts";

/** The longest time that something new waits until it is drawn, in milliseconds. */
const PERIOD = 100;

/** The width of a terminal that does not tell it. */
const USUAL_COLUMNS = 80;

/** Erases from the cursor to the end of the screen. */
export const ERASE = "\r\x1b[J";

/**
 * The rows at the bottom of a terminal that show what is going on; everything else is printed above them. The cursor rests at their beginning,
 * so that whatever is written by others, such as the launcher, begins there, and so that erasing from the cursor on erases them all, also
 * where a terminal that has become narrower has wrapped them again.
 */
export class StatusArea {
  private rows: ((columns: number) => readonly string[]) | undefined;
  private isNew = false;
  private drawnAt = -Infinity;
  private drawn: number | undefined;
  private held = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly terminal: Terminal) {}

  /** Shows rows. @param rows for a width of the terminal */
  show(rows: (columns: number) => readonly string[]): void {
    this.rows = rows;
    this.isNew = true;
    if (this.timer === undefined) {
      this.timer = setInterval(() => this.refresh(), PERIOD);
      Deno.unrefTimer(this.timer);
    }
    // A computation may keep the timer from running.
    if (performance.now() - this.drawnAt >= PERIOD) this.refresh();
  }

  /** Shows nothing any more. */
  clear(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.rows = undefined;
    this.erase();
  }

  /** Makes room for lines until the returned object is disposed. */
  hold(): Disposable {
    this.held++;
    this.erase();
    return {
      [Symbol.dispose]: () => {
        this.held--;
        this.isNew = true;
        this.refresh();
      },
    };
  }

  /** Draws what is new, or was drawn for another width. */
  private refresh(): void {
    if (this.rows === undefined || this.held > 0) return;
    const { columns = USUAL_COLUMNS } = this.terminal;
    if (!this.isNew && columns === this.drawn) return;
    const rows = this.rows(columns);
    const up = rows.length > 1 ? `\x1b[${rows.length - 1}A` : "";
    this.terminal.write(`${ERASE}${rows.join("\n")}\r${up}`);
    this.isNew = false;
    this.drawn = columns;
    this.drawnAt = performance.now();
  }

  private erase(): void {
    if (this.drawn !== undefined) this.terminal.write(ERASE);
    this.drawn = undefined;
  }
}
