import { DEFAULTS, type PromptKeys } from "./experiment_file.ts";
import type { Insertion, PromptSpec } from "./types.ts";

/** How many vectors a prompt has, of a file or of a resolved experiment; a hard one has none. */
export function promptLength(prompt: Pick<PromptKeys, "kind" | "length">): number {
  return prompt.kind === "soft" ? prompt.length ?? DEFAULTS.prompt.length : 0;
}

/** Where a prompt's vectors enter the model; `undefined` of a hard one. */
export function promptInsertion(prompt: PromptSpec): Insertion | undefined {
  return prompt.kind === "soft" ? prompt.insertion : undefined;
}
