import type { OpenModel } from "../model/open_model.ts";
import type { CommandIo } from "../terminal/command_io.ts";

/**
 * Notes that texts spell special tokens, which an export reads in its own way.
 *
 * @param what the run's folder, and what is exported
 */
export function noteSpelled(
  texts: readonly string[],
  { tokenizer }: Pick<OpenModel, "tokenizer">,
  what: string,
  io: CommandIo,
): void {
  const spelled = texts.find((text) => tokenizer.addedIn(text)?.special);
  if (spelled === undefined) return;
  io.log(
    `${what} tokenizes texts that spell special tokens, such as "${spelled}", as if they stood alone, and may answer them differently from the run`,
  );
}
