import { join } from "@std/path";
import { InputError, thrownMessage } from "../base/errors.ts";
import { JSON_LIMIT } from "../disk/read_limited.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import { areOfTexts } from "../results/metrics_file.ts";
import { readEnvironment, readFinished, readMetrics, readRun } from "../results/read_run.ts";
import { readNeighbours } from "../results/read_shown.ts";
import { readTextRun } from "../results/read_text_run.ts";
import { loggedSteps } from "./logged_steps.ts";
import { readShownText } from "./shown_text.ts";
import type { ComparedRunOrReason, RunAboutView } from "./view_data.ts";

/** The file of a run's report. */
export const REPORT_FILE = "report.html";

/**
 * What a run is and how it was tuned.
 *
 * @param folder of a run in any state
 * @throws {InputError | RangeError} where its files are damaged, or were written by a newer version
 */
export async function readAboutView(folder: string): Promise<RunAboutView> {
  const environment = await readEnvironment(folder);
  const metrics = await readMetrics(folder, environment);
  const meaning = environment && await readNeighbours(folder, environment);
  return {
    experiment: await readShownText(folder, "experiment.yaml", JSON_LIMIT) ?? "",
    history: await loggedSteps(folder),
    ...(meaning && { meaning }),
    ...(metrics?.status === "complete" && { metrics }),
    hasReport: await isRegular(join(folder, REPORT_FILE)),
  };
}

/** A run with its predictions, as a diff reads it, or why it cannot be compared. */
export async function readCompared(folder: string): Promise<ComparedRunOrReason> {
  try {
    const finished = await readFinished(folder);
    if (finished === undefined) return { kind: "none", reason: `the run in ${folder} is not complete` };
    const kept = new KeptPredictions();
    return areOfTexts(finished.metrics)
      ? { kind: "texts", run: await readTextRun(folder, kept) }
      : { kind: "classes", run: await readRun(folder, kept) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: "none", reason: thrownMessage(error) };
  }
}

/** Whether a path is that of a regular file, without following a link. */
export async function isRegular(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(({ isFile }) => isFile, () => false);
}
