import { allDone } from "../base/all_done.ts";
import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { readJson } from "../disk/read_json.ts";
import { valueAt } from "../experiment/key_path.ts";
import { keptPlace } from "../disk/kept_place.ts";
import { isWithin, projectOf, realPlace } from "../disk/project.ts";

/** Where a run's files name others: the file, the keys, and whether the user can name another place in its stead. */
const NAMING = [
  { file: "environment.json", list: [], key: ["model", "folder"] },
  { file: "ensemble.json", list: ["members"], key: ["run"] },
] as const;

/**
 * What a use of a run may read: its folder, the project that it lies in, and what else the user lets it name.
 *
 * @param folder of the run, or of a sweep
 * @param allowed folders and files outside the project
 * @param model the model's folder where the user names it, in place of the run's own
 * @throws {InputError} where the run names a folder outside both
 */
export async function runReads(
  folder: string,
  allowed: readonly string[],
  model: string | undefined,
): Promise<string[]> {
  const project = await projectOf(folder);
  const within = [folder, ...(project === undefined ? [] : [project]), ...allowed];
  const places = await allDone(within.map((path) => realPlace(resolve(path))));
  for (const { file, list, key } of NAMING) {
    if (file === "environment.json" && model !== undefined) continue;
    const content = await readJson(join(folder, file)).catch(() => undefined);
    const holders = list.length === 0 ? [content] : [valueAt(content, list)].flat();
    for (const holder of holders) {
      const named = valueAt(holder, key);
      if (typeof named !== "string") continue;
      const path = resolve(keptPlace(folder), named);
      const real = await realPlace(path);
      if (places.some((place) => isWithin(real, place))) continue;
      throw new InputError(
        `${join(folder, file)}: '${[...list, ...key].join(".")}' leads to ${real}, out of ${
          project === undefined ? "the run's folder" : `the project ${project}`
        } (${named}): add --allow-read ${path} if you want it read`,
      );
    }
  }
  return [...within, ...(model === undefined ? [] : [model])];
}
