import { ConfigValueError } from "../base/errors.ts";
import type { Experiment, WordExperiment } from "./types.ts";

/** Whether an experiment's answers are words, and not texts. */
export function isWordExperiment(experiment: Experiment): experiment is WordExperiment {
  return experiment.answer === undefined;
}

/**
 * A run that is asked for, where its answers are words.
 *
 * @throws {ConfigValueError} where they are texts
 */
export function wordsOnly<Request extends { readonly experiment: Experiment }>(
  request: Request,
): Request & { readonly experiment: WordExperiment } {
  const { experiment } = request;
  if (isWordExperiment(experiment)) return { ...request, experiment };
  const message =
    "answers that are texts cannot be run yet, only checked: use 'softprompt validate', or set 'answer.kind: word'";
  throw new ConfigValueError([{ path: ["answer", "kind"], message }]);
}
