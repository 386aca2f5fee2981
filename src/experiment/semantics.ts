import { InputError } from "../base/errors.ts";
import { DEFAULTS } from "./experiment_file.ts";

/**
 * The version of what an experiment's keys mean to the model. It is written into each run, prompt and compiled artifact, so
 * that what was tuned under one meaning is never read under another.
 *
 * 1. White space at a template's seams was dropped, its words and texts were cut into tokens one by one, `clean` reached the
 *    experiment's own data alone, first positions came from a list of model types, and a prompt at the word embeddings
 *    entered before a scale that the embedding module applies.
 * 2. A template and its texts are the tokens of the whole text; `clean` and trimming go wherever the prompt goes; positions
 *    are those of the model's graph; a prompt at the word embeddings enters after such a scale, as `inputs_embeds` does in
 *    transformers 5; an example of a file is named by the line where it begins.
 */
export const SEMANTICS = DEFAULTS.experiment.semantics;

/**
 * Refuses what was made under another meaning.
 *
 * @param written the version that it names; what was made before there were versions names none, and is 1
 * @param what it is, for the message
 * @throws {InputError} naming both versions and the way out
 */
export function checkSemantics(written: unknown, what: string): void {
  const version = Number(written ?? 1);
  if (version === SEMANTICS) return;
  const way = version < SEMANTICS
    ? "templates, positions and word embeddings meant other tokens and vectors then, so run its experiment again"
    : "a newer softprompt made it, so update softprompt";
  throw new InputError(
    `${what} has semantics ${String(written ?? 1)}, and this softprompt has semantics ${SEMANTICS}: ${way}`,
  );
}
