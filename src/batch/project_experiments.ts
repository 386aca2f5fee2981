import { InputError } from "../base/errors.ts";
import { findExperimentFiles } from "./find_experiment_files.ts";

/** The folder of a project that its experiment files are in. */
const FOLDER = "experiments";

/**
 * The experiment files of the folder that the program is called in: those in its `experiments`.
 *
 * @throws {InputError} where there are none
 */
export async function projectExperiments(): Promise<string[]> {
  const isThere = await Deno.stat(FOLDER).then(({ isDirectory }) => isDirectory, () => false);
  const found = isThere ? await findExperimentFiles([FOLDER]).catch(() => []) : [];
  if (found.length > 0) return found;
  throw new InputError(
    `which experiment? There is none in a folder '${FOLDER}' here: name a file, or start a project with init my-study`,
  );
}
