import { ConfigValueError, reworded } from "../base/errors.ts";
import type { Experiment } from "../experiment/types.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { readable } from "../prompt/stretch.ts";

/** Refuses an initialization from words without vectors in the model. @throws {ConfigValueError} naming the word */
export function checkStartingWords(
  { prompt, verbalizer = {} }: Pick<Experiment, "prompt" | "verbalizer">,
  tokenizer: Tokenizer,
): void {
  if (prompt.kind === "hard") return;
  const { initialization } = prompt;
  const check = (text: string, path: readonly (string | number)[]) =>
    reworded(
      () => readable(tokenizer.encode(text), tokenizer),
      (message) => new ConfigValueError([{ path, message }]),
    );
  if (initialization.from === "text") check(initialization.text, ["prompt", "initialization", "text"]);
  if (initialization.from !== "labels") return;
  for (const [name, words] of Object.entries(verbalizer)) {
    for (const [i, word] of words.entries()) check(word, ["verbalizer", name, i]);
  }
}
