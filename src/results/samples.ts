import { markdownTable, markdownText } from "../base/markdown.ts";
import type { Prediction, SamplePrediction } from "./run_files.ts";

export type { SamplePrediction } from "./run_files.ts";

/** `samples.md`: the experiment's own sentences, and the worst mistakes on the test set. */
export function samplesMarkdown(
  name: string,
  samples: readonly SamplePrediction[],
  mistakes: readonly Prediction[],
): string {
  const own = samples.length === 0
    ? ["The experiment has none: give some under `evaluation.samples`."]
    : markdownTable(["text", "label", "predicted", "probability"], samples.map((sample) => row(sample)));
  const worst = mistakes.length === 0 ? ["There are none."] : markdownTable(
    ["text", "label", "predicted", "probability", "id"],
    mistakes.map((mistake) => [...row(mistake), markdownText(mistake.id)]),
  );
  return [
    `# ${markdownText(name)}`,
    "",
    "## Sentences of the experiment",
    "",
    ...own,
    "",
    "## The worst mistakes on the test set",
    "",
    ...worst,
    "",
  ]
    .join("\n");
}

function row({ text, label, predicted, probabilities }: SamplePrediction): string[] {
  const shown = markdownText(predicted);
  const verdict = label === undefined || label === predicted ? shown : `**${shown}**`;
  return [markdownText(text), markdownText(label ?? ""), verdict, probabilities[predicted]!.toFixed(3)];
}
