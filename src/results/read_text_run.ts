import { join } from "@std/path";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import type { GeneratedExperiment } from "../experiment/text_types.ts";
import { textMetricsFault } from "./check_scores.ts";
import { damaged } from "./damaged_run.ts";
import type { Environment } from "./environment.ts";
import { KeptPredictions } from "./kept_predictions.ts";
import { areOfTexts, type TextMetricsFile } from "./metrics_file.ts";
import { OtherAnswers } from "./other_answers.ts";
import { checkListedFile } from "./own_files.ts";
import { readTextPredictions } from "./read_predictions.ts";
import { readAnyAbout, readFinished } from "./read_run.ts";
import type { TextPrediction } from "./run_files.ts";

/** A complete run whose answers are generated texts. */
export interface TextRunRecord {
  readonly experiment: GeneratedExperiment;
  readonly metrics: TextMetricsFile;
  readonly environment: Environment;
  readonly predictions: readonly TextPrediction[];
}

/** Whether a folder has a complete run whose answers are free texts. @throws {DamagedRun} where its files are damaged */
export async function isTextRun(path: string): Promise<boolean> {
  const finished = await readFinished(path);
  return finished !== undefined && areOfTexts(finished.metrics);
}

/**
 * A complete run whose answers are generated texts.
 *
 * @param kept the predictions that are in memory together
 * @throws {InputError} where there is none, it was written by a newer version, or its files are damaged
 */
export async function readTextRun(
  path: string,
  kept: KeptPredictions = new KeptPredictions(),
): Promise<TextRunRecord> {
  const { experiment, metrics, environment } = await readAnyAbout(path);
  if (!areOfTexts(metrics) || !isGeneratedExperiment(experiment)) {
    throw new OtherAnswers(
      `the answers of ${path} are classes with probabilities, and cannot be compared with generated texts: name another run`,
    );
  }
  const classes = Object.keys(experiment.verbalizer ?? {});
  const fault = textMetricsFault(metrics, classes);
  if (fault !== undefined) throw damaged(join(path, "metrics.json"), fault);
  const file = join(path, "predictions.jsonl");
  const { predictions, sha256 } = await readTextPredictions(file, classes, kept);
  checkListedFile(path, "predictions.jsonl", sha256, environment);
  const { examples } = metrics.test;
  if (predictions.length !== examples) {
    throw damaged(
      file,
      `it has ${predictions.length} predictions, and metrics.json says ${examples} test examples`,
    );
  }
  return { experiment, metrics, environment, predictions };
}
