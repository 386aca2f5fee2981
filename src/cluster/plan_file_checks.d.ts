import type { Checks } from "../schema/definitions.ts";
import type { PlanFileTypes } from "./plan_files.ts";

declare const checks: Checks<PlanFileTypes>;
export default checks;
