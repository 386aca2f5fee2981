import { InputError } from "../base/errors.ts";
import { isAbsent } from "../disk/is_absent.ts";

/** @throws {InputError} where a path leads to no folder of results */
export async function checkFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
  if (info?.isDirectory) return;
  throw new InputError(
    info === undefined
      ? `there is no folder ${folder}: name the folder of results, or run an experiment first`
      : `${folder} is no folder: name the folder of results`,
  );
}
