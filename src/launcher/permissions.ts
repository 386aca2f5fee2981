import { dirname } from "@std/path";
import { UNLIMITED } from "../base/called_as.ts";
import { InputError } from "../base/errors.ts";
import { isAboveHome } from "../disk/project.ts";

/** What Deno lets a program do, in the terms of its flags. What is not named is refused. */
export interface Permissions {
  /** Files, and folders with all that is in them. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Native libraries, or folders of them. */
  readonly ffi: readonly string[];
  /** Programs that it may start, with all the user's permissions. */
  readonly run: readonly string[];
  /** Hosts, each with or without a port. */
  readonly net: readonly string[];
  /** Environment variables, by their names; all others seem not to be set. */
  readonly env: readonly string[];
  /** Facts of the system, by the names of Deno's functions. */
  readonly sys: readonly string[];
}

/**
 * The flags of `deno run` that grant permissions, and nobody is asked for more. In them a comma separates paths, and nothing escapes
 * it: of a path with one, such as a variant's folder `length=5,seed=0`, the nearest folder above without one is read.
 *
 * @throws {InputError} where a path to write has a comma, or one to read whose nearest folder without is no project
 */
export function permissionFlags({ read, write, ffi, run, net, env, sys }: Permissions): string[] {
  const torn = [...write, ...ffi].find(hasComma);
  if (torn !== undefined) throw unnameable(torn);
  const granted = Object.entries({ read: read.map(withoutComma), write, ffi, run, net, env, sys });
  return [
    "--no-prompt",
    "--ignore-env",
    ...granted.filter(([, names]) => names.length > 0)
      .map(([kind, names]) => `--allow-${kind}=${[...new Set(names)].join(",")}`),
  ];
}

/** The nearest folder above a path that has no comma in its own. */
function withoutComma(path: string): string {
  let folder = path;
  while (hasComma(folder)) folder = dirname(folder);
  if (folder !== path && isAboveHome(folder)) throw unnameable(path);
  return folder;
}

function hasComma(path: string): boolean {
  return path.includes(",");
}

function unnameable(path: string): InputError {
  return new InputError(
    `${path} has a comma in its path, which Deno's permissions cannot name: rename it${UNLIMITED}`,
  );
}
