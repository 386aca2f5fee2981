import type { HistoryLine } from "../training/training_files.ts";

/** A complete run, as it is reported. */
export interface ReportedRun {
  /** Its name, and that of its variant: its path from the folder of all results. */
  readonly title: string;
  /** The name of its experiment. */
  readonly experiment: string;
  /** Its folder. */
  readonly folder: string;
  /** Tells it from all other runs, of the same experiment too. */
  readonly key: string;
  /** When it began and ended. */
  readonly began: Date;
  readonly ended: Date;
  readonly commit: string | null;
  /** Its `experiment.yaml`, and its keys with their values. */
  readonly yaml: string;
  readonly settings: ReadonlyMap<string, string>;
  /** The lines of its history, step by step; none where nothing was tuned. */
  readonly history: readonly HistoryLine[];
  /** Its results, by their names, and the step that they are of. */
  readonly results: ReadonlyMap<string, number>;
  readonly step: number;
}

/** A program that keeps track of runs. */
export interface Tracker {
  /** What it is called in messages, with its place. */
  readonly name: string;
  /**
   * Reports a run, unless it has been reported already.
   *
   * @throws {TrackerError} where it cannot be
   */
  report(run: ReportedRun): Promise<void>;
}

/** Why a run could not be reported. */
export class TrackerError extends Error {
  override readonly name = "TrackerError";

  /** @param isUnreachable whether no run can be */
  constructor(message: string, readonly isUnreachable: boolean, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The numbers of a line of the history, by their names. */
export function historyScalars(
  { loss, learning_rate, gradient_norm, validation }: HistoryLine,
): (readonly [name: string, value: number])[] {
  const validated: readonly (readonly [string, unknown])[] = Object.entries(validation ?? {});
  return [
    ["train/loss", loss],
    ["train/learning_rate", learning_rate],
    ["train/gradient_norm", gradient_norm],
    ...validated.flatMap(([name, value]) =>
      typeof value === "number" ? [[`validation/${name}`, value] as const] : []
    ),
  ];
}
