import type { Checks } from "../schema/definitions.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import type { Multipliers } from "./multipliers.ts";

declare const checks: Checks<{ readonly whole: ExperimentFile; readonly multipliers: Multipliers }>;
export default checks;
