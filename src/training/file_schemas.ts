import { Definitions } from "../schema/definitions.ts";
import schema from "./training_files.json" with { type: "json" };
import type { TrainingFileTypes } from "./training_files.ts";

/** The schemas of the files written during tuning. */
export const TRAINING_FILES: Definitions<TrainingFileTypes> = new Definitions(schema);
