import { resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { isWithin, realPlace } from "../disk/project.ts";
import { checkFolder } from "./check_folder.ts";

/**
 * Checks the folders of a merge.
 *
 * @returns the sources, each once
 * @throws {InputError} where one is no folder, or one of them all lies in another
 */
export async function checkSources(sources: readonly string[], into: string): Promise<string[]> {
  const places = new Map<string, string>();
  for (const source of sources) {
    await checkFolder(source);
    const place = await realPlace(resolve(source));
    places.set(place, places.get(place) ?? source);
  }
  const info = await Deno.stat(into).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
  if (info !== undefined && !info.isDirectory) {
    throw new InputError(`${into} is no folder: name the folder to merge into`);
  }
  const all = [...places, [await realPlace(resolve(into)), into] as const];
  for (const [i, [place, named]] of all.entries()) {
    for (const [other, otherNamed] of all.slice(i + 1)) {
      if (place === other) {
        throw new InputError(
          `${named} is to be merged into itself: leave it out, as what is in the folder of --into stays there`,
        );
      }
      const [inner, outer] = isWithin(place, other) ? [named, otherNamed] : [otherNamed, named];
      if (isWithin(place, other) || isWithin(other, place)) {
        throw new InputError(`${inner} lies in ${outer}: merge folders of which none is in another`);
      }
    }
  }
  return [...places.values()];
}
