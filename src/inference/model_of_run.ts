import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { message } from "../base/message.ts";
import { checkSemantics } from "../experiment/semantics.ts";
import type { DownloadReporter } from "../hub/repository.ts";
import type { AnyAbout } from "../results/read_run.ts";
import { COMMAND_LINE } from "../model/folder.ts";
import { modelUse } from "../model/model_use.ts";
import { type OpenModel, openModel } from "../model/open_model.ts";
import { checkFiles } from "../run/check_model_files.ts";

/**
 * Finds the model that a run was tuned for.
 *
 * @param folder the run's folder
 * @param instead the model's folder, if it has moved since the run
 * @throws {InputError} where there is none, its files differ, or the run has other semantics
 */
export async function modelOfRun(
  { experiment, environment }: Pick<AnyAbout, "experiment" | "environment">,
  folder: string,
  instead: string | undefined,
  downloads: DownloadReporter,
): Promise<OpenModel> {
  checkSemantics(experiment.semantics, `the run in ${folder}`);
  const { source, file, revision } = experiment.model;
  const way = "pass the model's folder with --model";
  const spec = instead !== undefined
    ? { source: instead, file }
    : revision !== undefined
    ? experiment.model
    : { source: environment.model.folder ?? source, file };
  const namedIn: string = instead === undefined ? join(folder, "experiment.yaml") : COMMAND_LINE;
  const model = await openModel(spec, namedIn, downloads, modelUse(experiment)).catch((error) => {
    throw error instanceof InputError && instead === undefined
      ? new InputError(message`${error.forms}; ${way}`, { cause: error })
      : error;
  });
  checkFiles(model, environment, folder, `put it back, ${way}, or run the experiment again`);
  return { ...model, source };
}
