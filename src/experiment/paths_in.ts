import { resolve } from "@std/path";
import { pathsFrom } from "../disk/kept_place.ts";
import { replacePaths } from "./replace_paths.ts";

/**
 * The paths that an experiment names, in full; the id of a model on the hub becomes one that leads nowhere.
 *
 * @param file that the experiment is in
 */
export function pathsIn(experiment: object, file: string): string[] {
  const found: string[] = [];
  replacePaths(experiment, (written) => {
    found.push(resolve(pathsFrom(resolve(file)), written));
    return written;
  });
  return found;
}
