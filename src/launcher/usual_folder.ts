import { join, resolve } from "@std/path";
import { InputError } from "../base/errors.ts";
import { LOCKS } from "../disk/lock.ts";
import { isWithin, projectOf, realPlace } from "../disk/project.ts";

/** The folders that verbs write into where the command line names no others, with what is in them besides runs. */
const USUAL: Readonly<Record<string, readonly string[]>> = { results: [".cache", LOCKS], baselines: [] };

/**
 * Refuses a usual folder that links lead out of the project: they may have come with it, and where is written is for the user to say.
 *
 * @param folder as it is on the command line, or by default
 * @param flag by which the command line names it
 * @param from the working directory
 * @throws {InputError} with the place that it leads to, and the way out
 */
export async function checkUsualFolder(
  folder: string,
  flag: string,
  from: string = Deno.cwd(),
): Promise<void> {
  const inner = USUAL[folder];
  if (inner === undefined) return;
  const project = await projectOf(resolve(from, folder)) ?? from;
  const within = await realPlace(project);
  for (const path of [folder, ...inner.map((name) => join(folder, name))]) {
    const real = await realPlace(resolve(from, path));
    if (isWithin(real, within)) continue;
    throw new InputError(
      `${path} is a link to ${real}, out of the project ${project}: ${
        path === folder ? `name that folder (${flag} ${real})` : "remove the link"
      } if you want it written`,
    );
  }
}
