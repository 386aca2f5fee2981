import { ConfigValueError } from "../base/errors.ts";
import type { KeyPath } from "./document.ts";
import type { LikelihoodExperiment } from "./text_types.ts";
import type { Experiment, WordExperiment } from "./types.ts";

/** An experiment whose answers are classes with probabilities. */
export type ClassExperiment = WordExperiment | LikelihoodExperiment;

/** Whether an experiment's classes are found by the likelihood of their texts. */
export function isLikelihoodExperiment(experiment: Experiment): experiment is LikelihoodExperiment {
  const { answer } = experiment;
  return answer !== undefined && "choose" in answer && answer.choose === "likelihood";
}

/** Whether an experiment's answers are classes with probabilities. */
export function isClassExperiment(experiment: Experiment): experiment is ClassExperiment {
  return experiment.answer === undefined || isLikelihoodExperiment(experiment);
}

/**
 * A run that is asked for, where it can be run.
 *
 * @throws {ConfigValueError} where texts would be generated
 */
export function runnable<Request extends { readonly experiment: Experiment }>(
  request: Request,
): Request & { readonly experiment: ClassExperiment } {
  const { experiment } = request;
  if (isClassExperiment(experiment)) return { ...request, experiment };
  const isFree = experiment.verbalizer === undefined;
  const path: KeyPath = ["answer", isFree ? "target" : "choose"];
  const message = isFree
    ? "free texts cannot be run yet, only checked: use 'softprompt validate', or give classes by a 'verbalizer' and 'answer.choose: likelihood'"
    : "classes by generated texts cannot be run yet, only checked: use 'softprompt validate', or set 'answer.choose: likelihood'";
  throw new ConfigValueError([{ path, message }]);
}
