import type { RunProgress } from "./progress.ts";

/** How much is left to do. */
export interface TimeLeft {
  /** The seconds of work that is left, one run after the other. */
  readonly work: number;
  /** The seconds until all is done, with as many runs at a time as now; absent where none is running. */
  readonly seconds?: number;
}

/**
 * How long the runs that wait or are running will take: by the plan's estimates, corrected by how long the complete runs took, or by their
 * mean where the plan has none.
 *
 * @param now the time until which the runs that are running have had
 * @returns `undefined` where nothing is known of how long a run takes
 */
export function timeLeft(runs: readonly RunProgress[], now: Date): TimeLeft | undefined {
  const open = runs.filter(({ state }) => state === "running" || state === "waiting");
  const complete = runs.flatMap(({ took, planned }) => took === undefined ? [] : [{ took, planned }]);
  const known = complete.flatMap(({ took, planned }) => planned ? [{ took, planned }] : []);
  const ratio = known.length > 0
    ? sum(known.map(({ took }) => took)) / sum(known.map(({ planned }) => planned))
    : 1;
  const mean = complete.length > 0 ? sum(complete.map(({ took }) => took)) / complete.length : undefined;
  const left: number[] = [];
  for (const { planned, begun } of open) {
    const whole = planned === undefined || planned === null ? mean : planned * ratio;
    if (whole === undefined) return undefined;
    const had = begun === undefined ? 0 : Math.max(0, (now.getTime() - begun.getTime()) / 1000);
    left.push(Math.max(0, whole - had));
  }
  const work = sum(left);
  const atOnce = open.filter(({ state }) => state === "running").length;
  if (atOnce === 0) return { work };
  return { work, seconds: left.reduce((most, one) => Math.max(most, one), work / atOnce) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
