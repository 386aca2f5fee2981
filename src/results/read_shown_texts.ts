import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/training_files.ts";
import { RUN_FILES } from "./file_schemas.ts";
import type { KeptPredictions } from "./kept_predictions.ts";
import { readLines, readNeighbours } from "./read_shown.ts";
import { readTextRun, type TextRunRecord } from "./read_text_run.ts";
import type { NeighboursFile, TextSample } from "./run_files.ts";

/** A complete run whose answers are generated, with what a report shows of it. */
export interface ShownTextRun extends TextRunRecord {
  /** Empty where nothing was tuned. */
  readonly history: readonly HistoryLine[];
  /** Its own texts with what the model writes. */
  readonly samples: readonly TextSample[];
  /** What its vectors are near; absent where the run has none of its own. */
  readonly meaning?: NeighboursFile;
}

/**
 * Reads a complete run whose answers are generated with what a report shows of it.
 *
 * @param kept the predictions that are in memory together
 * @throws {InputError} where there is no such run, it was written by a newer version, or its files are damaged
 */
export async function readShownTexts(folder: string, kept: KeptPredictions): Promise<ShownTextRun> {
  const run = await readTextRun(folder, kept);
  const { environment } = run;
  const history = await readLines(
    folder,
    "history.jsonl",
    environment,
    (line, refuse) => TRAINING_FILES.read("history_line", line, refuse),
  );
  const samples = await readLines(
    folder,
    "samples.jsonl",
    environment,
    (line, refuse) => RUN_FILES.read("text_sample", line, refuse),
  );
  const meaning = await readNeighbours(folder, environment);
  return { ...run, history: history ?? [], samples: samples ?? [], ...(meaning && { meaning }) };
}
