import progress from "cli-progress";
import stringWidth from "string-width";

/** Says a line to the person at the terminal; results go to standard output, all else to standard error. */
export function log(line: string): void {
  console.error(line);
}

/** A progress bar on standard error; nothing where that is no terminal. */
export class ProgressBar {
  private readonly bar = new progress.SingleBar({
    format: "{title} {bar} {percentage}% | {value}/{total} | {note} | {eta_formatted} left",
    noTTYOutput: false,
    hideCursor: true,
    clearOnComplete: true,
  }, progress.Presets.shades_classic);

  constructor(title: string, total: number) {
    this.bar.start(total, 0, { title, note: "" });
  }

  update(value: number, note: string): void {
    this.bar.update(value, { note });
  }

  stop(): void {
    this.bar.stop();
  }
}

/** A table as lines, its columns aligned by display width. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    all.reduce((most, row) => Math.max(most, stringWidth(row[column] ?? "")), 0)
  );
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell + " ".repeat(widths[i]! - stringWidth(cell))).join("  ").trimEnd();
  return [line(header), widths.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)];
}
