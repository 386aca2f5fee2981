import type { ExperimentFile } from "./experiment_file.ts";

/** The keys of an experiment file that multiply it. */
export const MULTIPLIERS = [
  "sweep",
  "exclude",
  "variants",
  "search",
] as const satisfies readonly (keyof ExperimentFile)[];

/** The part of an experiment file that multiplies it. */
export type Multipliers = Pick<ExperimentFile, typeof MULTIPLIERS[number]>;
