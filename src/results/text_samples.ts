import { markdownTable, markdownText } from "../base/markdown.ts";
import type { TextSample } from "./run_files.ts";

/** `samples.md` of a run whose answers are generated: the experiment's own texts with what the model writes. */
export function textSamplesMarkdown(name: string, samples: readonly TextSample[]): string {
  const isClassed = samples.some(({ predicted }) => predicted !== undefined);
  const own = samples.length === 0
    ? ["The experiment has none: give some under `evaluation.samples`."]
    : markdownTable(
      ["text", "generated", ...(isClassed ? ["label", "predicted"] : [])],
      samples.map(({ text, generated, label = "", predicted }) => [
        markdownText(text),
        markdownText(generated),
        ...(isClassed ? [markdownText(label), markdownText(predicted ?? "no class")] : []),
      ]),
    );
  return [`# ${markdownText(name)}`, "", "## Texts of the experiment", "", ...own, ""].join("\n");
}
