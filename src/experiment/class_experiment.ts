import type { FreeTextExperiment, GeneratedExperiment, LikelihoodExperiment } from "./text_types.ts";
import type { Experiment, WordExperiment } from "./types.ts";

/** An experiment whose answers are classes with probabilities. */
export type ClassExperiment = WordExperiment | LikelihoodExperiment;

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

/** The key that says that an experiment's answers are generated, for messages. */
export function generatingKey(experiment: Experiment): string {
  return isFreeTextExperiment(experiment) ? "answer.target" : "answer.choose: generate";
}

/** Whether an experiment's answers are generated: free texts, or those of classes. */
export function isGeneratedExperiment(experiment: Experiment): experiment is GeneratedExperiment {
  return !isClassExperiment(experiment);
}
