import { Definitions } from "../schema/definitions.ts";
import checks from "./training_file_checks.js";
import type { TrainingFileTypes } from "./training_files.ts";

/** The schemas of the files written during tuning. */
export const TRAINING_FILES: Definitions<TrainingFileTypes> = new Definitions(checks);
