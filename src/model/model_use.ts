import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import type { Experiment } from "../experiment/types.ts";
import { CHAT_TEMPLATE_FILE } from "./chat_template.ts";
import { GENERATION_CONFIG } from "./generation_rules.ts";

/** What a model is opened for. */
export interface ModelUse {
  /** Whether texts are generated, so that the file that continues them is read, too. */
  readonly generates?: boolean;
  /** Further files on which answers depend, by their names, where they are there. */
  readonly beside?: readonly string[];
}

/** The files on which only answers that are texts depend: prompts go from one form of answers to another without them. */
export const FILES_OF_TEXTS: readonly string[] = [GENERATION_CONFIG, CHAT_TEMPLATE_FILE];

/** What an experiment opens its model for: answers that are texts depend on the tokens that end them, and on a chat's template. */
export function modelUse(experiment: Experiment): ModelUse {
  const { answer, prompt: { template } } = experiment;
  if (answer === undefined) return {};
  return {
    generates: isGeneratedExperiment(experiment),
    beside: FILES_OF_TEXTS.filter((name) => name !== CHAT_TEMPLATE_FILE || typeof template !== "string"),
  };
}
