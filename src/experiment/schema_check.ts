import type { Check } from "../schema/definitions.ts";
import checks from "./experiment_checks.js";
import type { ExperimentFile } from "./experiment_file.ts";
import type { Multipliers } from "./multipliers.ts";

/** Checks a value against the schema of an experiment file; its `errors` has all violations. */
export const isExperimentFile: Check<ExperimentFile> = checks.whole;

/** Checks the part of a file that multiplies it; the rest need not be valid, as variants may complete it. */
export const holdsMultipliers: Check<Multipliers> = checks.multipliers;
