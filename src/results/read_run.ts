import { join } from "@std/path";
import { TextLineStream } from "@std/streams/text-line-stream";
import { parse as parseYaml } from "yaml";
import { InputError } from "../base/errors.ts";
import type { Experiment } from "../experiment/types.ts";
import type { EnsembleFile } from "./ensemble_file.ts";
import type { Environment } from "./environment.ts";
import { faultIn } from "./file_schemas.ts";
import { checkFormat } from "./format.ts";
import type { MetricsFile, UnfinishedFile } from "./metrics_file.ts";
import { checkOwnFile, experimentSha256 } from "./own_files.ts";
import { type Summary, SUMMARY_FORMAT } from "./summary.ts";
import { isPrediction, type Prediction } from "./predictions.ts";

/** A complete run without its predictions. */
export interface RunAbout {
  readonly experiment: Experiment;
  readonly metrics: MetricsFile;
  readonly environment: Environment;
}

/** What a comparison needs of a complete run. */
export interface RunRecord extends RunAbout {
  readonly predictions: readonly Prediction[];
}

/** A complete run, as far as telling it from others needs. */
export interface FinishedRun {
  readonly contentHash: string | undefined;
  readonly metrics: MetricsFile;
}

/**
 * What a folder holds of a complete run; `undefined` where there is none.
 *
 * @throws {InputError} where it was written by a newer program, or its files are damaged
 */
export async function readFinished(path: string): Promise<FinishedRun | undefined> {
  const environment = await readEnvironment(path), metrics = await readMetrics(path);
  return metrics?.status === "complete" ? { contentHash: environment?.content_hash, metrics } : undefined;
}

/**
 * A folder's `metrics.json`; `undefined` where there is none.
 *
 * @throws {InputError} where it is damaged
 */
export async function readMetrics(path: string): Promise<MetricsFile | UnfinishedFile | undefined> {
  const file = join(path, "metrics.json"), metrics = await readJson(file);
  if (metrics === undefined) return undefined;
  checkContent("metrics.json", metrics, file);
  return metrics as MetricsFile | UnfinishedFile;
}

/**
 * A folder's `environment.json`; `undefined` where there is none.
 *
 * @throws {InputError} where it was written by a newer program, or is damaged
 */
export async function readEnvironment(path: string): Promise<Environment | undefined> {
  const file = join(path, "environment.json"), environment = await readJson(file);
  if (environment === undefined) return undefined;
  checkFormat((environment as Partial<Environment> | null)?.format, path);
  checkContent("environment.json", environment, file);
  return environment as Environment;
}

/**
 * A complete run's folder, without its predictions.
 *
 * @throws {InputError} where there is no complete run, it was written by a newer program, its files are damaged, or its
 *   experiment was changed since
 */
export async function readAbout(path: string): Promise<RunAbout> {
  const finished = await readFinished(path);
  if (finished === undefined) throw new InputError(`there is no complete run in ${path}`);
  const environment = await readEnvironment(path);
  if (environment === undefined) throw damaged(join(path, "environment.json"), "it is not there");
  const text = await readText(join(path, "experiment.yaml"));
  const written = readYaml(text, join(path, "experiment.yaml"));
  checkOwnFile(path, "experiment.yaml", experimentSha256(text), environment);
  // Runs of the first programs do not say these.
  const tune = written.prompt?.kind === "soft" ? "prompt" : "none";
  const since = { precision: "float32", multiTokenWords: "error", tune, semantics: 1 } as const;
  const experiment: Experiment = { ...since, ...written };
  return { experiment, metrics: finished.metrics, environment };
}

/**
 * All that a comparison needs of a complete run's folder.
 *
 * @throws {InputError} where there is no complete run, it was written by a newer program, or its files are damaged
 */
export async function readRun(path: string): Promise<RunRecord> {
  const file = join(path, "predictions.jsonl"), about = await readAbout(path);
  const predictions = await readPredictions(file), { examples } = about.metrics.test;
  if (predictions.length !== examples) {
    throw damaged(
      file,
      `it has ${predictions.length} predictions, and metrics.json says ${examples} test examples`,
    );
  }
  return { ...about, predictions };
}

/** The `experiment.yaml` that a run has left. */
function readYaml(text: string, file: string): Experiment {
  try {
    const written: unknown = parseYaml(text);
    if (typeof written === "object" && written !== null) return written as Experiment;
  } catch (error) {
    throw damaged(file, (error as Error).message.split("\n")[0]!);
  }
  throw damaged(file, "it holds no experiment");
}

async function readText(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
}

/**
 * The `ensemble.json` of a complete run of an ensemble.
 *
 * @throws {InputError} where it is not there, or damaged
 */
export async function readEnsemble(path: string): Promise<EnsembleFile> {
  const file = join(path, "ensemble.json"), ensemble = await readJson(file);
  if (ensemble === undefined) throw damaged(file, "it is not there");
  checkContent("ensemble.json", ensemble, file);
  return ensemble as EnsembleFile;
}

/**
 * The `summary.json` that a batch has left in a folder; `undefined` where there is none.
 *
 * @throws {InputError} where it is damaged, or of a format that this program does not know
 */
export async function readSummary(folder: string): Promise<Summary | undefined> {
  const file = join(folder, "summary.json"), content = await readJson(file);
  if (content === undefined) return undefined;
  const summary = (content ?? {}) as Partial<Summary>, { rows } = summary;
  const isRow = (row: unknown) =>
    typeof row === "object" && row !== null && "status" in row && "folder" in row &&
    typeof row.folder === "string";
  if (summary.format !== SUMMARY_FORMAT || !Array.isArray(rows) || !rows.every(isRow)) {
    throw damaged(file, `it is no summary of the format '${SUMMARY_FORMAT}'`);
  }
  // Summaries of the first programs have no ensembles.
  return { ...{ ensembles: [] }, ...summary as Summary };
}

/** A run's predictions. The file is read piece by piece: it may be longer than a string. */
async function readPredictions(file: string): Promise<Prediction[]> {
  const opened = await Deno.open(file).catch((error) => {
    throw damaged(file, (error as Error).message);
  });
  const byLine: TransformStream<string, string> = new TextLineStream(), found: Prediction[] = [];
  let number = 0;
  for await (const line of opened.readable.pipeThrough(new TextDecoderStream()).pipeThrough(byLine)) {
    number++;
    if (line === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw damaged(file, `line ${number} is no JSON`);
    }
    if (!isPrediction(value)) throw damaged(file, `line ${number} is no prediction with probabilities`);
    found.push(value);
  }
  return found;
}

function checkContent(name: Parameters<typeof faultIn>[0], content: unknown, file: string): void {
  const fault = faultIn(name, content);
  if (fault !== undefined) throw damaged(file, fault);
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
}

function damaged(file: string, why: string): InputError {
  return new InputError(
    `${file} is damaged (${why}): nothing has been changed; run with --force to replace it, or move its folder away`,
  );
}
