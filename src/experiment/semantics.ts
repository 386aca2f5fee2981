import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { DEFAULTS } from "./experiment_file.ts";

/**
 * The version of the meaning of an experiment's keys. It is written into each run, prompt and compiled artifact, so
 * that a prompt tuned under one meaning is never used under another.
 *
 * 1. White space between a template's pieces was dropped, its words and texts were tokenized separately, `clean` applied to the
 *    experiment's own data only, first positions came from a list of model types, and a prompt at the word embeddings
 *    entered before a scale that the embedding module applies.
 * 2. A template and its texts are tokenized as one text; `clean` and trimming apply wherever the prompt is used; positions
 *    are those of the model's graph; a prompt at the word embeddings enters after such a scale, as `inputs_embeds` does in
 *    transformers 5; an example of a file is named by the line where it begins.
 */
export const SEMANTICS = DEFAULTS.experiment.semantics;

/**
 * Refuses anything that was made under other semantics.
 *
 * @param written the version that it names; `undefined`, from before there were versions, is 1
 * @param its name, for the message
 * @throws {InputError} naming both versions and the way out
 */
export function checkSemantics(written: unknown, what: string): void {
  const version = Number(written ?? 1);
  if (version === SEMANTICS) return;
  const way = version < SEMANTICS
    ? "templates, positions and word embeddings had another meaning then, so run its experiment again"
    : "a newer softprompt made it, so update softprompt";
  throw new InputError(
    message`${what} has semantics ${
      ofFile(written ?? 1)
    }, and this softprompt has semantics ${SEMANTICS}: ${way}`,
  );
}
