import type { TextExperiment, TextMetric } from "../experiment/text_types.ts";

/** The metrics of generated texts. */
const OF_GENERATED: ReadonlySet<string> = new Set<TextMetric>([
  "accuracy",
  "macroF1",
  "exactMatch",
  "tokenF1",
  "rougeL",
]);

/** Whether a metric is one of texts that the model writes, where answers are generated. */
export function isOfGenerated(metric: string): boolean {
  return OF_GENERATED.has(metric);
}

/** Whether an experiment asks for texts that the model writes; generated classes are always found by them. */
export function generates({ evaluation, training, verbalizer }: TextExperiment): boolean {
  if (!("generate" in evaluation)) return false;
  return verbalizer !== undefined || evaluation.samples.length > 0 ||
    [...evaluation.metrics, training?.best ?? "loss"].some(isOfGenerated);
}
