import { DEFAULTS, type PromptKeys } from "./experiment_file.ts";

/** How many vectors a prompt has, of a file or of a resolved experiment: those that its template must place; a hard one has none. */
export function promptLength(prompt: Pick<PromptKeys, "kind" | "length">): number {
  return prompt.kind === "soft" ? prompt.length ?? DEFAULTS.prompt.length : 0;
}
