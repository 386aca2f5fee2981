import { bashCompletion } from "../terminal/completions/bash.ts";
import type { DescribedVerb, Shell } from "../terminal/completions/described.ts";
import { fishCompletion } from "../terminal/completions/fish.ts";
import { zshCompletion } from "../terminal/completions/zsh.ts";
import type { Io } from "../terminal/io.ts";

/** The completion of each shell. */
const COMPLETIONS: Readonly<Record<Shell, (verbs: readonly DescribedVerb[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * `softprompt completions`: prints the script by which a shell completes this command line. It needs no process when it completes.
 *
 * @param verbs of the command line
 */
export function completions(shell: Shell, verbs: readonly DescribedVerb[], io: Io): Promise<void> {
  io.print(COMPLETIONS[shell](verbs), "data");
  return Promise.resolve();
}
