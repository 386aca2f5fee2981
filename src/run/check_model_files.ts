import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import type { Environment } from "../results/environment.ts";
import type { OpenModel } from "../model/open_model.ts";

/** A model's files. */
export type ModelFiles = Pick<OpenModel, "folder" | "files">;

/** The number of hash digits shown in messages. */
const SHOWN = 12;

/**
 * Refuses a run's prompt if a file of the model differs from the one that it was tuned with. Runs of earlier
 * versions name only the ONNX file.
 *
 * @param run the folder of the environment's run
 * @param way the way out
 * @throws {InputError} naming the first such file
 */
export function checkFiles(
  { folder, files }: ModelFiles,
  { model }: Environment,
  run: string,
  way: string,
): void {
  for (const [name, then] of Object.entries(model.files ?? { [model.file]: model.sha256 })) {
    const now = files[name];
    if (now === then) continue;
    const path: string = join(folder, name);
    const what = now === undefined
      ? `there is no ${path}, and ${run} was tuned with one`
      : `${path} is not the one that ${run} was tuned with`;
    const is = now === undefined ? "" : `is ${now.slice(0, SHOWN)}…, `;
    throw new InputError(`${what} (its sha256 ${is}was ${then.slice(0, SHOWN)}…): ${way}`);
  }
}
