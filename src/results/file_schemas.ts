import { Definitions } from "../schema/definitions.ts";
import checks from "./run_file_checks.js";
import type { RunFileTypes } from "./run_files.ts";

/** The schemas of the files in the folders of runs and sweeps. */
export const RUN_FILES: Definitions<RunFileTypes> = new Definitions(checks);
