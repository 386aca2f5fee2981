import { COMMAND } from "../base/called_as.ts";
import { InputError } from "../base/errors.ts";
import { join, resolve } from "@std/path";
import { partialPath } from "../disk/replace_folder.ts";
import { parseExperiment } from "../experiment/parse.ts";
import type { Experiment } from "../experiment/types.ts";
import { type FoundRun, partialRun, placedRun } from "../results/found_run.ts";
import { filesIn, readDetails } from "../results/run_details.ts";
import { partialRuns } from "../results/run_folders.ts";
import { pathsOutside } from "../results/paths_outside.ts";
import { resultsOfFile } from "../results/run_path.ts";
import type { Io } from "../terminal/io.ts";
import { quoted } from "../base/quoted.ts";
import { fileLines, runDetailsLines } from "../terminal/run_details_text.ts";
import { timeText } from "../terminal/run_list.ts";

/** The flags of `show`. */
export interface ShowFlags {
  readonly json: boolean;
}

/**
 * `softprompt show`: what a run was, what it reached, and how to run it again.
 *
 * @param run its folder; of a run that is not complete, with or without `.partial`
 * @throws {InputError} where there is no run, it was written by a newer version, or its files are damaged
 */
export async function show(run: string, { json }: ShowFlags, io: Io): Promise<void> {
  const path = run.replace(/(?<=.)[/\\]+$/, "");
  const begun = await begunRun(path);
  if (begun !== undefined) return await showBegun(begun, path, json, io);
  const details = await readDetails(path);
  const { state, time } = await placedRun(path, path);
  const again = await commandFor(path, details.experiment);
  if (json) {
    const { experiment, metrics, environment, meaning, files } = details;
    const format = "softprompt-show/1";
    const about = { format, folder: path, status: state, time: time?.toISOString() ?? null, again };
    io.print(
      JSON.stringify({ ...about, experiment, metrics, environment, neighbours: meaning, files }, null, 2),
      "data",
    );
    return;
  }
  io.print(`${path}: ${details.experiment.name}, ${state} ${timeText(time)} UTC`);
  for (const line of ["", ...runDetailsLines(details, io.columns()), "", `again: ${again}`]) io.print(line);
}

/** The run that was begun in a place and is not complete, where there is no complete one. */
async function begunRun(path: string): Promise<FoundRun | undefined> {
  const isThere = (file: string) => Deno.stat(file).then(() => true, () => false);
  const isPartial = path.endsWith(partialPath(""));
  if (!isPartial && await isThere(join(path, "metrics.json"))) return undefined;
  const place = isPartial ? path.slice(0, -partialPath("").length) : path;
  const partial = partialPath(resolve(place));
  if (!(await partialRuns(place)).includes(partial)) return undefined;
  return await partialRun(partial, place);
}

async function showBegun(run: FoundRun, path: string, json: boolean, io: Io): Promise<void> {
  const { state, time, problem } = run;
  const folder = path.endsWith(partialPath("")) ? path : partialPath(path);
  const files = await filesIn(folder);
  const again = await commandFor(folder, await experimentIn(join(folder, "experiment.yaml")));
  if (json) {
    const format = "softprompt-show/1";
    const about = { format, folder, status: state, time: time?.toISOString() ?? null, problem, again, files };
    io.print(JSON.stringify(about, null, 2), "data");
    return;
  }
  io.print(`${folder}: ${state}, last written ${timeText(time)} UTC`);
  if (problem !== undefined) io.print(problem);
  for (const line of ["", ...fileLines(files, io.columns())]) io.print(line);
  if (state !== "running") io.print(`\nagain: ${again}`);
}

/** A begun run's experiment; `undefined` where its file cannot be read. */
async function experimentIn(file: string): Promise<Experiment | undefined> {
  try {
    return parseExperiment(await Deno.readTextFile(file), file);
  } catch (error) {
    if (error instanceof InputError || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The command that runs a run's own experiment, into the folder of results that the run is in: again, or on from where it stopped.
 *
 * @param experiment where it is known
 */
async function commandFor(folder: string, experiment: Experiment | undefined): Promise<string> {
  const file = join(folder, "experiment.yaml");
  const run = `${COMMAND} run ${quoted(file)}`;
  if (experiment === undefined) return run;
  const own = resultsOfFile(file, experiment.name);
  const outside = await pathsOutside(experiment, file, own ?? "results");
  return [
    run,
    ...(own === undefined || own === resolve("results") ? [] : [`--results ${quoted(own)}`]),
    ...outside.map((path) => `--allow-read ${quoted(path)}`),
  ].join(" ");
}
