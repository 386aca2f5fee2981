import { InputError } from "../base/errors.ts";

/** What Deno lets a program do, in the terms of its flags. What is not named is refused. */
export interface Permissions {
  /** Files, and folders with all that is in them. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Native libraries, or folders of them. */
  readonly ffi: readonly string[];
  /** Hosts, each with or without a port. */
  readonly net: readonly string[];
  /** Environment variables, by their names; all others seem not to be set. */
  readonly env: readonly string[];
  /** Facts of the system, by the names of Deno's functions. */
  readonly sys: readonly string[];
}

/**
 * The flags of `deno run` that grant permissions, and nobody is asked for more.
 *
 * @throws {InputError} where a path holds a comma, which separates paths in Deno's flags
 */
export function permissionFlags({ read, write, ffi, net, env, sys }: Permissions): string[] {
  const torn = [...read, ...write, ...ffi].find((path) => path.includes(","));
  if (torn !== undefined) {
    throw new InputError(
      `${torn} has a comma in its path, which Deno's permissions cannot name: rename it, or call deno run -A src/main.ts …, which has all your permissions`,
    );
  }
  const granted = Object.entries({ read, write, ffi, net, env, sys }).filter(([, names]) => names.length > 0);
  return [
    "--no-prompt",
    "--ignore-env",
    ...granted.map(([kind, names]) => `--allow-${kind}=${[...new Set(names)].join(",")}`),
  ];
}
