import { resolve } from "@std/path";
import { pathsFrom } from "../disk/kept_place.ts";
import type { KeyPath } from "./key_path.ts";
import { replacePaths } from "./replace_paths.ts";

/** A path that an experiment names. */
export interface PathIn {
  readonly key: KeyPath;
  /** As it is written, … */
  readonly written: string;
  /** … and in full; the id of a model on the hub becomes one that leads nowhere. */
  readonly path: string;
}

/** The paths that an experiment names. @param file that the experiment is in */
export function namedIn(experiment: object, file: string): PathIn[] {
  const found: PathIn[] = [];
  replacePaths(experiment, (written, key) => {
    found.push({ key, written, path: resolve(pathsFrom(resolve(file)), written) });
    return written;
  });
  return found;
}

/** The same, each in full. @param file that the experiment is in */
export function pathsIn(experiment: object, file: string): string[] {
  return namedIn(experiment, file).map(({ path }) => path);
}
