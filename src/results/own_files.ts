import { join } from "@std/path";
import { parse as parseYaml } from "yaml";
import { sha256OfJson } from "../base/sha256.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Environment, EnvironmentFiles } from "./run_files.ts";

/** The files of a run that its answers depend on; `environment.json` has their hashes. */
export type OwnFile = keyof EnvironmentFiles;

/** The way out where a run's file is not the one that the run wrote. */
export const PUT_BACK = "put back what the run wrote, or run its experiment again with --force";

/** The error of a run's file that is damaged. */
export function damagedFile(path: string, cause: RangeError): InputError {
  return new InputError(message`${path} is damaged (${ofFile(cause.message)}): ${PUT_BACK}`, { cause });
}

/** The SHA-256 of an `experiment.yaml` without its name and description. */
export function experimentSha256(text: string): string {
  const { name: _, description: __, ...asked } = parseYaml(text) ?? {};
  return sha256OfJson(asked);
}

/**
 * Refuses a file of a run that has changed since, or of which `environment.json` has no hash: every run of the present
 * semantics writes one.
 *
 * @param folder the run's folder
 * @param now the file's hash
 * @throws {InputError} naming the file and both hashes, or the key that is missing
 */
export function checkOwnFile(
  folder: string,
  name: OwnFile,
  now: string,
  environment: Environment,
): void {
  const then = environment.files?.[name];
  if (then === undefined) {
    throw new InputError(
      `${
        join(folder, "environment.json")
      } has no 'files.${name}', the sha256 of the run's ${name}: ${PUT_BACK}`,
    );
  }
  if (then === now) return;
  throw new InputError(
    `${join(folder, name)} was changed since the run (its sha256 is ${now.slice(0, 12)}…, was ${
      then.slice(0, 12)
    }…): ${PUT_BACK}`,
  );
}
