import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { realPlace } from "../disk/project.ts";

/**
 * Refuses a place in the target of a merge that is reached by a symbolic link: what is written there would be elsewhere.
 *
 * @param into the folder that is merged into
 * @param name the path of the place from it
 * @throws {InputError} naming the place
 */
export async function checkNotLinked(into: string, name: string): Promise<void> {
  const place: string = join(into, name);
  if (await realPlace(resolve(place)) === join(await realPlace(resolve(into)), name)) return;
  throw new InputError(`${place} is reached by a symbolic link: move it away, or merge into another folder`);
}
