import { COMMAND } from "../base/called_as.ts";
import { InputError } from "../base/errors.ts";
import type { WordExperiment } from "../experiment/types.ts";
import { isWordExperiment } from "../experiment/words_only.ts";
import type { RunAbout } from "./read_run.ts";

/** A complete run whose answers are words, without its predictions. */
export interface WordRun extends RunAbout {
  readonly experiment: WordExperiment;
}

/**
 * A run whose answers are words.
 *
 * @param folder the run's
 * @param what asks for it, for the message
 * @throws {InputError} where they are texts
 */
export function wordRun(about: RunAbout, folder: string, what: string): WordRun {
  const { experiment } = about;
  if (isWordExperiment(experiment)) return { ...about, experiment };
  throw new InputError(
    `the answers of ${folder} are texts ('answer.kind: text'), and ${what} takes only runs whose answers are words: name another run, or classify with '${COMMAND} predict'`,
  );
}
