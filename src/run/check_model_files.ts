import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import type { Environment } from "../results/environment.ts";
import type { OpenModel } from "../model/open_model.ts";

/** A model's files, and what its graph multiplies its word embeddings by. */
export type ModelFiles = Pick<OpenModel, "folder" | "files"> & {
  readonly facts: Pick<OpenModel["facts"], "multiplier">;
};

/** The number of hash digits shown in messages. */
const SHOWN = 12;

/**
 * Refuses a run's prompt if a file of the model differs from the one that it was tuned with. Every run of the present
 * semantics names all of them: one that it does not name was not there, or its hash was deleted. A run that does not name the
 * model's multiplier is of an earlier version, whose prompts entered after it.
 *
 * @param run the folder of the environment's run
 * @param way the way out
 * @throws {InputError} naming the first such file, or the key of `environment.json` that is missing
 */
export function checkFiles(
  { folder, files, facts: { multiplier } }: ModelFiles,
  { model }: Environment,
  run: string,
  way: string,
): void {
  if (multiplier !== 1 && model.multiplier === undefined) {
    throw new InputError(
      `${run} is of an earlier version, in which prompts entered ${folder} after the number (${multiplier}) that it multiplies its word embeddings by, and now they enter before it: run its experiment again`,
    );
  }
  // By names that a file gives: a plain object would have some that nobody gave it.
  const before = new Map(Object.entries(model.files ?? {}));
  const present = new Map(Object.entries(files));
  for (const name of new Set([...before.keys(), ...present.keys()])) {
    const then = before.get(name);
    const now = present.get(name);
    if (then === undefined) {
      const key = model.files === undefined ? "model.files" : `model.files.${name}`;
      throw new InputError(
        `${join(run, "environment.json")} has no '${key}': ${
          join(folder, name)
        } is not known to have been there when ${run} was tuned; ${way}`,
      );
    }
    if (now === then) continue;
    const path: string = join(folder, name);
    const what = now === undefined
      ? `there is no ${path}, but ${run} was tuned with one`
      : `${path} is not the one that ${run} was tuned with`;
    const is = now === undefined ? "" : `is ${now.slice(0, SHOWN)}…, `;
    throw new InputError(`${what} (its sha256 ${is}was ${then.slice(0, SHOWN)}…): ${way}`);
  }
}
