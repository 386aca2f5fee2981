import type { Notice } from "../run/progress.ts";

/** Logs notices, each about something else: what runs have in common is said once. */
export class Notices {
  private readonly known = new Set<string>();

  constructor(private readonly take: (line: string) => void) {}

  log({ about, line }: Notice): void {
    if (this.known.has(about)) return;
    this.known.add(about);
    this.take(line);
  }
}
