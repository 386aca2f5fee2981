import type { Checks } from "../schema/definitions.ts";
import type { TrainingFileTypes } from "./training_files.ts";

declare const checks: Checks<TrainingFileTypes>;
export default checks;
