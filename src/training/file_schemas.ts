import { Definitions } from "../schema/definitions.ts";
import schema from "./training_files.json" with { type: "json" };
import type { TrainingFileTypes } from "./training_files.ts";

/** What is kept of tuning while it goes on must hold. */
export const TRAINING_FILES: Definitions<TrainingFileTypes> = new Definitions(schema);
