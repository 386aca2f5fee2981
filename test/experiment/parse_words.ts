import { parseExperiment } from "../../src/experiment/parse.ts";
import type { WordExperiment } from "../../src/experiment/types.ts";
import { isWordExperiment } from "../../src/experiment/words_only.ts";

/** Reads an experiment file whose answers are words. */
export function parseWords(...args: Parameters<typeof parseExperiment>): WordExperiment {
  const experiment = parseExperiment(...args);
  if (isWordExperiment(experiment)) return experiment;
  throw new Error("its answers are texts");
}
