import { join } from "@std/path";
import { innerPath } from "../base/inner_path.ts";

/**
 * The folder of a run's results: directly in the folder of all results, or within that of its experiment.
 *
 * @param variant the variant's name; empty for an experiment's only run
 * @throws {TypeError} where a name is more than that of a folder
 */
export function runPath(results: string, experiment: string, variant: string): string {
  for (const name of variant === "" ? [experiment] : [experiment, variant]) {
    if (innerPath(name) !== name || name.includes("/")) {
      throw new TypeError(`${JSON.stringify(name)} is not the name of a folder`);
    }
  }
  return join(results, experiment, variant);
}
