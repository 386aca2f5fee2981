import type { Experiment } from "../experiment/types.ts";
import type { KeptPredictions } from "../results/kept_predictions.ts";
import type { Environment } from "../results/environment.ts";
import { readRun } from "../results/read_run.ts";
import { isTextRun, readTextRun } from "../results/read_text_run.ts";
import type { TextPrediction } from "../results/run_files.ts";
import { comparedClasses } from "./compared_classes.ts";

/** A test text and what a run made of it. A run of classes with probabilities generates nothing, and has no right texts. */
export type ComparedText =
  & Omit<TextPrediction, "nll" | "tokens">
  & Partial<Pick<TextPrediction, "nll" | "tokens">>;

/** A run that is compared with generated texts: of such, or of classes. */
export interface ComparedTextRun {
  readonly experiment: Experiment;
  readonly environment: Environment;
  readonly predictions: readonly ComparedText[];
}

/**
 * Reads a complete run that is compared with generated texts. Of classes with probabilities only the predicted class is taken.
 *
 * @throws {InputError} where there is none, it was written by a newer version, or its files are damaged
 */
export async function readComparedText(path: string, kept: KeptPredictions): Promise<ComparedTextRun> {
  if (await isTextRun(path)) return await readTextRun(path, kept);
  return comparedClasses(await readRun(path, kept));
}
