import { stringify } from "yaml";
import { sha256, withSha256 } from "../base/sha256.ts";
import type { Environment } from "../results/environment.ts";
import { jsonText } from "../results/json_text.ts";
import { experimentSha256 } from "../results/own_files.ts";
import type { RunFolder } from "../results/run_folder.ts";

/**
 * Writes `environment.json` with the hashes of the files that a run has written, and of those that follow it.
 *
 * @param metrics of the run, which are written last
 * @param experiment as the run's folder has it
 * @returns the environment with the hashes
 */
export async function listFiles(
  folder: RunFolder,
  environment: Environment,
  metrics: object,
  experiment: object,
): Promise<Environment> {
  const written = new TextEncoder().encode(jsonText(metrics));
  const files = {
    ...await folder.hashes(),
    "metrics.json": await sha256(written),
    "experiment.yaml": experimentSha256(stringify(experiment)),
  };
  const listed = { ...environment, files_bytes: await folder.size() + written.length, files };
  await folder.writeJson("environment.json", withSha256(listed));
  return listed;
}
