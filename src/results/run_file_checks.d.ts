import type { Checks } from "../schema/definitions.ts";
import type { RunFileTypes } from "./run_files.ts";

declare const checks: Checks<RunFileTypes>;
export default checks;
