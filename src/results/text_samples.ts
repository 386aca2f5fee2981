import { markdownTable, markdownText } from "../base/markdown.ts";
import type { TextSample } from "./run_files.ts";

/** `samples.md` of a run whose answers are free texts: the experiment's own texts with what the model writes. */
export function textSamplesMarkdown(name: string, samples: readonly TextSample[]): string {
  const own = samples.length === 0
    ? ["The experiment has none: give some under `evaluation.samples`."]
    : markdownTable(
      ["text", "generated"],
      samples.map(({ text, generated }) => [markdownText(text), markdownText(generated)]),
    );
  return [`# ${markdownText(name)}`, "", "## Texts of the experiment", "", ...own, ""].join("\n");
}
