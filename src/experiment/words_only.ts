import type { Experiment, WordExperiment } from "./types.ts";

/** Whether an experiment's answers are words, and not texts. */
export function isWordExperiment(experiment: Experiment): experiment is WordExperiment {
  return experiment.answer === undefined;
}
