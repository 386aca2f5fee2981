import { basename, dirname, join, relative, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { foldedName } from "../base/file_name.ts";
import { innerPath } from "../base/inner_path.ts";
import { runOfFile } from "../disk/kept_place.ts";
import { realPlace } from "../disk/project.ts";

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

/**
 * The variant whose own `experiment.yaml` a file is: run as it is, it has its results where they are. Empty for every other file.
 *
 * @param results the folder of all results
 * @param experiment the name in the file
 */
export async function variantOfFile(results: string, experiment: string, file: string): Promise<string> {
  if (basename(file) !== "experiment.yaml") return "";
  const own = relative(join(await realPlace(resolve(results)), experiment), runOfFile(file));
  return innerPath(own) === own && !own.includes("/") ? own : "";
}

/**
 * The folder of all results that a run's own `experiment.yaml` is in, as {@linkcode runPath} put it there; `undefined` where it is elsewhere.
 *
 * @param experiment the name in the file
 */
export function resultsOfFile(file: string, experiment: string): string | undefined {
  const place = runOfFile(file);
  const around = dirname(place);
  if (basename(around) === experiment) return dirname(around);
  return basename(place) === experiment ? around : undefined;
}

/** The files of experiments by what names the folder of their results: no two may have one. */
export class OwnedFolders {
  private readonly owners = new Map<string, { readonly name: string; readonly file: string }>();

  /**
   * @param folder the folder of results, or its name
   * @param name the experiment's
   * @throws {InputError} where another file has the folder, also on file systems that ignore case
   */
  claim(folder: string, name: string, file: string): void {
    const owner = this.owners.get(foldedName(folder));
    if (owner !== undefined) {
      const names = owner.name === name
        ? `both ${owner.file} and ${file} have the name '${name}', which names the folder of their results`
        : `the names of ${owner.file} ('${owner.name}') and ${file} ('${name}') differ in capitals alone, and would name one folder on some systems`;
      throw new InputError(`${names}: give them different names`);
    }
    this.owners.set(foldedName(folder), { name, file });
  }
}
