import { Definitions } from "../schema/definitions.ts";
import schema from "./run_files.json" with { type: "json" };
import type { RunFileTypes } from "./run_files.ts";

/** What the files of a run's folder, and of a sweep's, must hold. */
export const RUN_FILES: Definitions<RunFileTypes> = new Definitions(schema);
