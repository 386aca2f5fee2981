import { DEFAULTS, type PromptKeys } from "./experiment_file.ts";
import type { Experiment, Insertion } from "./types.ts";

/** The number of vectors of a prompt, in a file or a resolved experiment; a hard prompt has none. */
export function promptLength(prompt: Pick<PromptKeys, "kind" | "length">): number {
  return prompt.kind === "soft" ? prompt.length ?? DEFAULTS.prompt.length : 0;
}

/** Where a prompt's vectors enter the model; `undefined` for a hard prompt. */
export function promptInsertion(prompt: Experiment["prompt"]): Insertion | undefined {
  return prompt.kind === "soft" ? prompt.insertion : undefined;
}
