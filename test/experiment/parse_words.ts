import { parseExperiment } from "../../src/experiment/parse.ts";
import type { WordExperiment } from "../../src/experiment/types.ts";
import { wordsOnly } from "../../src/experiment/words_only.ts";

/** Reads an experiment file whose answers are words. */
export function parseWords(...args: Parameters<typeof parseExperiment>): WordExperiment {
  return wordsOnly({ experiment: parseExperiment(...args) }).experiment;
}
