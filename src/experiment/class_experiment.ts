import { COMMAND } from "../base/called_as.ts";
import { ConfigValueError } from "../base/errors.ts";
import type { FreeTextExperiment, LikelihoodExperiment } from "./text_types.ts";
import type { Experiment, WordExperiment } from "./types.ts";

/** An experiment whose answers are classes with probabilities. */
export type ClassExperiment = WordExperiment | LikelihoodExperiment;

/** An experiment that can be run. */
export type RunnableExperiment = ClassExperiment | FreeTextExperiment;

/** Whether an experiment's answers belong to no classes. */
export function isFreeTextExperiment(experiment: Experiment): experiment is FreeTextExperiment {
  return experiment.verbalizer === undefined;
}

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
 * @throws {ConfigValueError} where classes would be generated
 */
export function runnable<Request extends { readonly experiment: Experiment }>(
  request: Request,
): Request & { readonly experiment: RunnableExperiment } {
  const { experiment } = request;
  if (isClassExperiment(experiment)) return { ...request, experiment };
  if (isFreeTextExperiment(experiment)) return { ...request, experiment };
  const message =
    `classes by generated texts cannot be run yet, only checked: use '${COMMAND} validate', or set 'answer.choose: likelihood'`;
  throw new ConfigValueError([{ path: ["answer", "choose"], message }]);
}
