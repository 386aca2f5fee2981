import type { Checks } from "../schema/definitions.ts";
import type { ArtifactsTypes } from "./artifacts_manifest.ts";

declare const checks: Checks<ArtifactsTypes>;
export default checks;
