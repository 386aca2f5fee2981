import { join } from "@std/path";
import { parseJson } from "../base/json_text.ts";
import { sha256 } from "../base/sha256.ts";
import { JSON_LIMIT } from "../disk/read_limited.ts";
import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/training_files.ts";
import { predictionFault } from "./check_scores.ts";
import { damaged, readOwn } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import type { KeptPredictions } from "./kept_predictions.ts";
import { checkListedFile } from "./own_files.ts";
import { readEnsemble, readJson, readRun, type RunRecord } from "./read_run.ts";
import type { EnsembleFile, Environment, NeighboursFile, SamplePrediction } from "./run_files.ts";

/** A complete run with what a report shows of it. */
export interface ShownRun extends RunRecord {
  /** Empty where nothing was tuned. */
  readonly history: readonly HistoryLine[];
  /** Its own sentences; `undefined` for a run of an earlier version, which did not keep them as data. */
  readonly samples: readonly SamplePrediction[] | undefined;
  /** What its vectors are near; absent where the run has none of its own. */
  readonly meaning?: NeighboursFile;
  /** Only for an ensemble. */
  readonly ensemble?: EnsembleFile;
}

/**
 * Reads a complete run with what a report shows of it.
 *
 * @param kept the predictions that are in memory together
 * @throws {InputError} where there is no complete run, it was written by a newer version, or its files are damaged
 */
export async function readShown(folder: string, kept: KeptPredictions): Promise<ShownRun> {
  const run = await readRun(folder, kept);
  const { environment, experiment } = run;
  const classes = Object.keys(experiment.verbalizer);
  const history = await readHistory(folder, environment);
  const samples = await readLines(folder, "samples.jsonl", environment, (line, refuse) => {
    const sample = RUN_FILES.read("sample_prediction", line, refuse);
    const fault = predictionFault(sample, classes);
    if (fault !== undefined) throw refuse(fault);
    return sample;
  });
  const meaning = await readNeighbours(folder, environment);
  return {
    ...run,
    history,
    samples,
    ...(meaning && { meaning }),
    ...(experiment.ensemble && { ensemble: await readEnsemble(folder) }),
  };
}

/** The history of a complete run; empty where it has none. @throws {DamagedRun} where it is damaged */
export async function readHistory(folder: string, environment: Environment): Promise<readonly HistoryLine[]> {
  const lines = await readLines(
    folder,
    "history.jsonl",
    environment,
    (line, refuse) => TRAINING_FILES.read("history_line", line, refuse),
  );
  return lines ?? [];
}

/** Makes an error of a description of what is wrong. */
export type Refuse = (fault: string) => Error;

/** The lines of a `.jsonl` file of a run; `undefined` where it has none. @param read checks the content of a line */
export async function readLines<Line>(
  folder: string,
  name: string,
  environment: Environment,
  read: (line: unknown, refuse: Refuse) => Line,
): Promise<readonly Line[] | undefined> {
  const file = join(folder, name);
  const bytes = await readOwn(file, Deno.readFile, JSON_LIMIT);
  if (bytes === undefined) return withoutFile(folder, name, environment);
  checkListedFile(folder, name, await sha256(bytes), environment);
  return new TextDecoder().decode(bytes).split("\n").flatMap((line, i) => {
    if (line === "") return [];
    const refuse = (fault: string) => damaged(file, `line ${i + 1}: ${fault}`);
    return [read(jsonIn(line, refuse), refuse)];
  });
}

function jsonIn(line: string, refuse: Refuse): unknown {
  try {
    return parseJson(line);
  } catch {
    throw refuse("it is not JSON");
  }
}

/** The `neighbours.json` of a run; `undefined` where it has none. */
export async function readNeighbours(
  folder: string,
  environment: Environment,
): Promise<NeighboursFile | undefined> {
  const name = "neighbours.json";
  const file = join(folder, name);
  const found = await readJson(file);
  if (found === undefined) return withoutFile(folder, name, environment);
  checkListedFile(folder, name, found.sha256, environment);
  return RUN_FILES.read("neighbours_file", found.content, (fault) => damaged(file, fault));
}

/** @throws {DamagedRun} where the run has written the file */
function withoutFile(folder: string, name: string, { files }: Environment): undefined {
  if (files?.[name] !== undefined) throw damaged(join(folder, name), "it is missing");
}
