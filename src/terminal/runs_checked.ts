import type { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";

/** The progress of checking what runs name, before any of them begins. @param title of the run that is checked next */
export function runsChecked(title: string, done: number, total: number, pace: Pace): Progress {
  const secondsLeft = pace.secondsLeft(done, total);
  return { title, stage: "checking", unit: "runs", done, total, share: done / total, secondsLeft };
}
