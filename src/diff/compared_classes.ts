import type { RunRecord } from "../results/read_run.ts";
import type { ComparedTextRun } from "./text_run.ts";

/** A run of classes with probabilities, as it is compared with generated texts: by the predicted class alone. */
export function comparedClasses({ experiment, environment, predictions }: RunRecord): ComparedTextRun {
  return {
    experiment,
    environment,
    predictions: predictions.map(({ id, text_sha256, text, label, predicted }) => ({
      id,
      text_sha256,
      text,
      targets: [],
      label,
      predicted,
    })),
  };
}
