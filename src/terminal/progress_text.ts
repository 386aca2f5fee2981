import { percent } from "../base/percent.ts";
import { duration } from "./duration.ts";
import type { Progress } from "./progress.ts";

/** What progress consists of, in words; absent where it is not known. */
export interface ProgressText {
  /** `45%` */
  readonly share: string | undefined;
  /** `tuning 360/800 steps` */
  readonly stage: string;
  /** `3/12 runs` */
  readonly runs: string | undefined;
  /** `loss 0.513` */
  readonly loss: string | undefined;
  /** `validation 85.0%` */
  readonly validation: string | undefined;
  /** `12 min left` */
  readonly left: string | undefined;
}

/** Progress in words. */
export function progressText(progress: Progress): ProgressText {
  const { share, runs, loss, validation, secondsLeft } = progress;
  return {
    share: share === undefined ? undefined : `${Math.floor(100 * Math.min(1, share))}%`,
    stage: stageText(progress),
    runs: runs && `${runs.ended}/${runs.total} runs`,
    loss: loss === undefined ? undefined : `loss ${loss.toFixed(3)}`,
    validation: validation === undefined ? undefined : `validation ${percent(validation)}`,
    left: secondsLeft === undefined ? undefined : `${duration(secondsLeft)} left`,
  };
}

function stageText({ stage, done, total, unit }: Progress): string {
  if (total === undefined) return done === 0 ? stage : `${stage} ${number(done)} ${unit}`;
  return `${stage} ${number(done)}/${number(total)} ${unit}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}
