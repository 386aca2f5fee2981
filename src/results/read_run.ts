import { COMMAND } from "../base/called_as.ts";
import { join } from "@std/path";
import { counted } from "../base/counted.ts";
import { OtherAnswers } from "./other_answers.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { innerPath } from "../base/inner_path.ts";
import { parseJson } from "../base/json_text.ts";
import { sha256, withoutSha256 } from "../base/sha256.ts";
import { JSON_LIMIT } from "../disk/read_limited.ts";
import { readWritten } from "../experiment/read_written.ts";
import { WRITTEN_LIMIT, writtenValue } from "../experiment/written_value.ts";
import { SEMANTICS } from "../experiment/semantics.ts";
import { type ClassExperiment, generatingKey, isClassExperiment } from "../experiment/class_experiment.ts";
import type { Experiment } from "../experiment/types.ts";
import type { EnsembleFile } from "./ensemble_file.ts";
import type { Environment } from "./environment.ts";
import { metricsFault } from "./check_scores.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { damaged, readOwn } from "./damaged_run.ts";
import { checkFormat, RUN_FORMAT } from "./format.ts";
import { type AnyMetricsFile, areOfTexts, type CompleteMetrics, type MetricsFile } from "./metrics_file.ts";
import { askedSha256, checkListedFile, checkOwnFile } from "./own_files.ts";
import { type Summary, SUMMARY_FORMAT } from "./summary.ts";
import { KeptPredictions } from "./kept_predictions.ts";
import type { Prediction } from "./predictions.ts";
import { readPredictions } from "./read_predictions.ts";
import { runsDirectlyIn } from "./run_folders.ts";

/** A complete run without its predictions. */
export interface RunAbout {
  readonly experiment: ClassExperiment;
  readonly metrics: MetricsFile;
  readonly environment: Environment;
}

/** What a comparison needs of a complete run. */
export interface RunRecord extends RunAbout {
  readonly predictions: readonly Prediction[];
}

/** What identifies the content of a run. */
export interface RunContent {
  /** A hash of its experiment's keys, its model and its data. */
  readonly contentHash: string;
  /** The same without the paths in the experiment, which a run's own file names from another place; runs of earlier versions have none. */
  readonly pathlessHash: string | undefined;
}

/** Whether two runs compute the same. */
export function isSameContent(a: RunContent, b: RunContent): boolean {
  return a.contentHash === b.contentHash ||
    a.pathlessHash !== undefined && a.pathlessHash === b.pathlessHash;
}

/** The part of a complete run that identifies it. */
export interface FinishedRun extends RunContent {
  readonly metrics: CompleteMetrics;
  readonly environment: Environment;
  /** When it ended; of runs of earlier versions, when its metrics were written. */
  readonly time: Date;
}

/**
 * The identifying part of a folder's complete run; `undefined` where there is none.
 *
 * @throws {InputError} where it was written by a newer version
 * @throws {DamagedRun} where its files are damaged, or `environment.json` is missing
 */
export async function readFinished(path: string): Promise<FinishedRun | undefined> {
  const environment = await readEnvironment(path);
  const metrics = await readMetrics(path, environment);
  if (metrics?.status !== "complete") return undefined;
  if (environment === undefined) throw damaged(join(path, "environment.json"), "it is missing");
  const { content_hash: contentHash, content_hash_without_paths: pathlessHash, time } = environment;
  return { contentHash, pathlessHash, metrics, environment, time: timeOf(time) ?? await writtenAt(path) };
}

/** The time that a run has recorded, if it is one. */
function timeOf(recorded = ""): Date | undefined {
  const time = new Date(recorded);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

async function writtenAt(path: string): Promise<Date> {
  return (await Deno.stat(join(path, "metrics.json"))).mtime ?? new Date(0);
}

/**
 * A folder's `metrics.json`; `undefined` where there is none.
 *
 * @param environment has its hash, of a complete run
 * @throws {InputError} where it is damaged
 */
export async function readMetrics(
  path: string,
  environment?: Environment,
): Promise<AnyMetricsFile | undefined> {
  const file = join(path, "metrics.json");
  const found = await readJson(file);
  if (found === undefined) return undefined;
  const read = RUN_FILES.read("any_metrics_file", found.content, (fault) => damaged(file, fault));
  if (read.status === "complete") checkListedFile(path, "metrics.json", found.sha256, environment);
  const fault = read.status === "complete" && !areOfTexts(read) ? metricsFault(read) : undefined;
  if (fault !== undefined) throw damaged(file, fault);
  return read;
}

/**
 * A folder's `environment.json`; `undefined` where there is none.
 *
 * @throws {InputError} where it was written by a newer version, or is damaged
 */
export async function readEnvironment(path: string): Promise<Environment | undefined> {
  const file = join(path, "environment.json");
  const found = await readJson(file);
  if (found === undefined) return undefined;
  checkFormat(found.content, RUN_FORMAT, file, ", or choose another folder with --results");
  return RUN_FILES.read("environment", unchanged(found.content, file), (fault) => damaged(file, fault));
}

/** Why a folder is no complete run, with those that are directly in it. */
async function withoutRun(path: string): Promise<InputError> {
  const [first, ...others] = await runsDirectlyIn(path);
  return new InputError(
    first === undefined
      ? `there is no complete run in ${path}: name a run's folder, or run its experiment first`
      : `${path} holds ${
        counted(others.length + 1, "run")
      } and is none itself: name one of them, for example ${first}`,
  );
}

/**
 * A complete run's folder, without its predictions.
 *
 * @throws {InputError} where there is no complete run, it was written by a newer version, its files are damaged, or its
 *   experiment was changed since
 */
export async function readAbout(path: string): Promise<RunAbout> {
  return ofClasses(path, await readAnyAbout(path));
}

/** @throws {InputError} where the run's answers are generated */
function ofClasses(path: string, { experiment, metrics, environment }: AnyAbout): RunAbout {
  if (areOfTexts(metrics) || !isClassExperiment(experiment)) {
    throw new OtherAnswers(
      `the answers of ${path} are generated texts ('${
        generatingKey(experiment)
      }'), and this takes runs of classes with probabilities: look at its report.html, answer texts with it by '${COMMAND} predict', or compare it with another run of generated texts by '${COMMAND} diff'`,
    );
  }
  const fault = metricsFault(metrics, Object.keys(experiment.verbalizer));
  if (fault !== undefined) throw damaged(join(path, "metrics.json"), fault);
  return { experiment, metrics, environment };
}

/** A complete run of any form without its predictions. */
export interface AnyAbout {
  readonly experiment: Experiment;
  readonly metrics: CompleteMetrics;
  readonly environment: Environment;
}

/** As {@linkcode readAbout}, a run of any form. */
export async function readAnyAbout(path: string): Promise<AnyAbout> {
  const finished = await readFinished(path);
  if (finished === undefined) throw await withoutRun(path);
  return await aboutFinished(path, finished);
}

/** A complete run with its experiment. */
async function aboutFinished(path: string, { metrics, environment }: FinishedRun): Promise<AnyAbout> {
  const text = await readText(join(path, "experiment.yaml"));
  const { asked, experiment } = readExperiment(text, join(path, "experiment.yaml"));
  // Runs of earlier semantics may have no hashes: they can be compared, and nothing else.
  if (experiment.semantics === SEMANTICS || environment.files?.["experiment.yaml"] !== undefined) {
    checkOwnFile(path, "experiment.yaml", askedSha256(asked), environment);
  }
  return { experiment, metrics, environment };
}

/**
 * Everything that a comparison needs from a complete run's folder.
 *
 * @param kept the predictions that are in memory together
 * @throws {InputError} where there is no complete run, it was written by a newer version, or its files are damaged
 */
export async function readRun(
  path: string,
  kept: KeptPredictions = new KeptPredictions(),
): Promise<RunRecord> {
  const run = await readIfComplete(path, kept);
  if (run === undefined) throw await withoutRun(path);
  return run;
}

/** As {@linkcode readRun}; `undefined` where there is no complete run. */
export async function readIfComplete(path: string, kept: KeptPredictions): Promise<RunRecord | undefined> {
  const finished = await readFinished(path);
  if (finished === undefined) return undefined;
  const file = join(path, "predictions.jsonl");
  const about = ofClasses(path, await aboutFinished(path, finished));
  const { predictions, sha256 } = await readPredictions(file, Object.keys(about.experiment.verbalizer), kept);
  checkListedFile(path, "predictions.jsonl", sha256, about.environment);
  const { examples } = about.metrics.test;
  if (predictions.length !== examples) {
    throw damaged(
      file,
      `it has ${predictions.length} predictions, and metrics.json says ${examples} test examples`,
    );
  }
  return { ...about, predictions };
}

/** The `experiment.yaml` of a run: its content, and the experiment. */
function readExperiment(
  text: string,
  file: string,
): { readonly asked: unknown; readonly experiment: Experiment } {
  try {
    const asked = writtenValue(text);
    return { asked, experiment: readWritten(asked) };
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message.replace(/\n.*$/s, "") : "it is no experiment");
  }
}

async function readText(file: string): Promise<string> {
  const text = await readOwn(file, Deno.readTextFile, WRITTEN_LIMIT);
  if (text === undefined) throw damaged(file, "it is missing");
  return text;
}

/**
 * The `ensemble.json` of a complete run of an ensemble.
 *
 * @throws {InputError} where it is missing or damaged
 */
export async function readEnsemble(path: string): Promise<EnsembleFile> {
  const file = join(path, "ensemble.json");
  const found = await readJson(file);
  if (found === undefined) throw damaged(file, "it is missing");
  checkListedFile(path, "ensemble.json", found.sha256, await readEnvironment(path));
  return RUN_FILES.read("ensemble_file", found.content, (fault) => damaged(file, fault));
}

/**
 * The `summary.json` that a batch has written to a folder; `undefined` where there is none.
 *
 * @throws {InputError} where it is damaged, or of an unknown format
 */
export async function readSummary(folder: string): Promise<Summary | undefined> {
  const file = join(folder, "summary.json");
  const found = await readJson(file);
  if (found === undefined) return undefined;
  checkFormat(found.content, SUMMARY_FORMAT, file);
  const content = unchanged(found.content, file);
  const fault = (what: string) =>
    damaged(file, `it is not a summary of the format '${SUMMARY_FORMAT}': ${what}`);
  const summary = { ensembles: [], ...RUN_FILES.read("summary_file", content, fault) };
  for (const [key, rows] of Object.entries({ rows: summary.rows, ensembles: summary.ensembles })) {
    for (const [i, { metrics, folder }] of rows.entries()) {
      if (innerPath(folder.replaceAll("\\", "/")) === undefined) {
        throw fault(`'${key}.${i}.folder' is ${JSON.stringify(folder)}, which is not within its own`);
      }
      const wrong = metrics && !areOfTexts(metrics) ? metricsFault(metrics) : undefined;
      if (wrong !== undefined) throw fault(`in '${key}.${i}.metrics', ${wrong}`);
    }
  }
  const { best, groups } = summary;
  if (best !== null && best >= groups.length) {
    throw fault(`'best' is ${best}, and there are ${groups.length} groups`);
  }
  return summary;
}

/** The content of a file of a run, and the hash of its bytes; `undefined` where there is none. */
export async function readJson(file: string): Promise<{ content: unknown; sha256: string } | undefined> {
  const bytes = await readOwn(file, Deno.readFile, JSON_LIMIT);
  if (bytes === undefined) return undefined;
  try {
    return { content: parseJson(new TextDecoder().decode(bytes)), sha256: await sha256(bytes) };
  } catch (error) {
    throw damaged(file, thrownMessage(error));
  }
}

/** The content of a file that has its own hash. */
function unchanged(content: unknown, file: string): unknown {
  try {
    return withoutSha256(content);
  } catch (error) {
    if (error instanceof RangeError) throw damaged(file, error.message);
    throw error;
  }
}
