import type { GeneratedExperiment } from "../experiment/text_types.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { textReport } from "../report/text_report.ts";
import type { Environment } from "../results/environment.ts";
import { SHOWN_EXAMPLES } from "../results/shown_examples.ts";
import { textSamplesMarkdown } from "../results/text_samples.ts";
import type { BuiltClassifier } from "./build_classifier.ts";
import type { RunContext } from "./context.ts";
import { listFiles } from "./list_files.ts";
import type { JudgedFree } from "./judge_free.ts";
import type { PreparedGenerated } from "./prepare.ts";

/** Writes the results of a run whose answers are generated into its folder, which completes it. */
export async function writeFreeRun(
  { experiment, shown }: PreparedGenerated,
  { soft }: Pick<BuiltClassifier<unknown>, "soft">,
  { metrics, predictions, samples, transfer }: JudgedFree,
  environment: Environment,
  { title, folder }: RunContext,
  written: GeneratedExperiment,
): Promise<void> {
  await folder.writeJsonLines("predictions.jsonl", predictions);
  for (const { name, predictions } of transfer) {
    await folder.writeJsonLines(`predictions.${name}.jsonl`, predictions);
  }
  await folder.writeJsonLines("samples.jsonl", samples);
  if (shown.length > 0) await folder.writeJsonLines(SHOWN_EXAMPLES, shown);
  await folder.writeText("samples.md", textSamplesMarkdown(title, samples));
  if (soft && experiment.prompt.kind === "soft") {
    await folder.writeBytes("prompt.safetensors", promptFile(soft.prompt, experiment.prompt.insertion));
    await folder.writeJson("neighbours.json", soft.meaning);
  }
  const listed = await listFiles(folder, environment, metrics, written);
  const report = textReport({
    title,
    experiment: written,
    metrics,
    environment: listed,
    history: await folder.history(),
    predictions,
    samples,
    ...(soft && { meaning: soft.meaning }),
  });
  await folder.writeText("report.html", await report);
  await folder.complete(metrics);
}
