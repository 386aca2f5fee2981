import { COMMAND } from "../base/called_as.ts";
import { dirname, resolve } from "@std/path";
import { counted } from "../base/counted.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { joined, message, ofFile } from "../base/message.ts";
import type { SeededRun } from "../diff/run_groups.ts";
import { type FoundRuns, isTextSide, readRuns, readTextRuns } from "../diff/side.ts";
import { isDenied } from "../disk/denied.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { type BaselineRuns, baselineText, readBaseline } from "../results/baseline_file.ts";
import { baselineFile } from "../results/baseline_place.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { Io } from "../terminal/io.ts";

/** The flags of `baseline`. */
export interface BaselineFlags {
  readonly name: string;
  /** The folder of baselines. */
  readonly baselines: string;
}

/**
 * `softprompt baseline set`: keeps a run, or all runs of a sweep, with their predictions in a file that a comparison reads.
 *
 * @param run the folder of a run or of a sweep, or a saved report
 * @throws {InputError} where a run is not complete or damaged, there are runs of several experiments, or another file is in the
 *   baseline's place
 */
export async function setBaseline(run: string, { name, baselines }: BaselineFlags, io: Io): Promise<void> {
  const found = await runsOf(run);
  refuseSeveral(run, experimentsOf(found));
  const file = baselineFile(baselines, name);
  await checkPlace(file);
  await changed(file, async () => {
    await Deno.mkdir(dirname(file), { recursive: true });
    await writeWhole(file, baselineText(run, found));
  });
  io.print(`${file}: ${counted(found.runs.size, "run")} of ${run}; commit it`);
  io.print(`next: ${COMMAND} diff --baseline ${name} RUN compares another run with it`);
}

/**
 * Removes a baseline that was made of a run.
 *
 * @throws {InputError} where it was made of another, or is gone
 */
export async function removeBaseline(run: string, { name, baselines }: BaselineFlags): Promise<void> {
  const file = baselineFile(baselines, name);
  const source = await readBaseline(file).then((found) => found.source, (error) => {
    if (!isAbsent(error)) throw error;
  });
  if (source === undefined || resolve(source) !== resolve(run)) {
    throw new InputError(`${file} is no baseline of ${run}: nothing is removed`);
  }
  await changed(file, () => Deno.remove(file));
}

/** @throws {InputError} where the folder may not be changed */
async function changed(file: string, change: () => Promise<void>): Promise<void> {
  try {
    await onDisk(file, change, "--baselines");
  } catch (error) {
    throw isDenied(error) ? new InputError(thrownMessage(error), { cause: error }) : error;
  }
}

/** The complete runs of a side. @throws {InputError} where there are others */
async function runsOf(source: string): Promise<BaselineRuns> {
  const kept = new KeptPredictions();
  return await isTextSide(source)
    ? { kind: "texts", runs: wholeRuns(await readTextRuns(source, kept)) }
    : { kind: "classes", runs: wholeRuns(await readRuns(source, kept)) };
}

function wholeRuns<Run extends SeededRun>(
  { runs, damaged, unfinished }: FoundRuns<Run>,
): FoundRuns<Run>["runs"] {
  const problems = [
    ...damaged,
    ...unfinished.map((path) => `${path} is not complete: run its experiment again, which resumes it`),
  ];
  if (problems.length === 0) return runs;
  throw new InputError(
    joined(["a baseline has whole runs only: name others, or look after these", ...problems], "\n"),
  );
}

function experimentsOf({ runs }: BaselineRuns): Set<string> {
  return new Set([...runs.values()].map(({ experiment }) => experiment.name));
}

/** The number of names that an error lists. */
const LISTED = 3;

/** Refuses runs of several experiments: a comparison would depend on what else lies in their folder. @param names of the runs' experiments */
function refuseSeveral(source: string, names: ReadonlySet<string>): void {
  if (names.size < 2) return;
  const listed = [...names].slice(0, LISTED).join(", ");
  throw new InputError(
    message`${source} has runs of ${names.size} experiments (${ofFile(listed)}${
      names.size > LISTED ? ", …" : ""
    }), and a baseline is one run, or the runs of one sweep: name the folder of one of them, and choose a name for each by --name`,
  );
}

/** Refuses to write over what is no baseline. */
async function checkPlace(file: string): Promise<void> {
  if (!await Deno.lstat(file).then(() => true, () => false)) return;
  try {
    await readBaseline(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      joined([error.forms, `${file} is not replaced: move it away, or choose another name by --name`], "\n"),
    );
  }
}
