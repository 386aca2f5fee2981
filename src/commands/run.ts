import { COMMAND } from "../base/called_as.ts";
import { allDone } from "../base/all_done.ts";
import { ExperimentDocument } from "../experiment/document.ts";
import { InputError } from "../base/errors.ts";
import { type Override, parseOverrides } from "../experiment/override.ts";
import { parseExperiment } from "../experiment/parse.ts";
import { expandsToManyRuns, refuseMultipliers } from "../experiment/sweep.ts";
import type { Experiment } from "../experiment/types.ts";
import { variantName } from "../experiment/variant_name.ts";
import { OwnedFolders, runPath, variantOfFile } from "../results/run_path.ts";
import { comparableRun } from "../results/comparable_run.ts";
import { areOfClasses, type CompleteMetrics } from "../results/metrics_file.ts";
import { experimentFileAt, readExperimentFile } from "../experiment/read_experiment_file.ts";
import { messageOf, runsFailed } from "../terminal/exit_codes.ts";
import { Interrupted } from "../training/training_error.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { nextSteps } from "../terminal/next_steps.ts";
import { runJson, runsJson } from "../terminal/runs_json.ts";
import { tableLines } from "../terminal/table.ts";
import { TerminalProgress } from "../terminal/terminal_progress.ts";
import type { RunPolicy } from "../run/context.ts";
import { ensembleRunFolders } from "../run/read_ensemble_prompts.ts";
import { RESULT_HEADER, resultCells, TEXT_RESULT_HEADER, textResultCells } from "../terminal/result_cells.ts";
import type { ReportTo } from "./flag_values.ts";
import { RunReports } from "./report_runs.ts";
import { watched } from "./watched.ts";
import { isInputFault } from "../run/input_fault.ts";
import { runExperiment } from "../run/run_experiment.ts";
import { ResourceCache } from "../run/resource_cache.ts";

/** The flags of `run`. */
export interface RunFlags {
  /** The folder that results go into. */
  readonly results: string;
  readonly force: boolean;
  /** Whether compiled graphs are compared with the model's own file first. */
  readonly selfCheck: boolean;
  /** Whether steps on WebGPU are recorded and replayed. */
  readonly replay: boolean;
  /** Whether complete runs that others replace are kept. */
  readonly history: boolean;
  /** Keys set to other values, for example `prompt.length=5`. */
  readonly overrides: readonly string[];
  /** Where complete runs are reported to. */
  readonly reportTo: readonly ReportTo[];
  readonly json: boolean;
  /** Whether to stay, and run what changes. */
  readonly watch: boolean;
}

/** A finished run, for the final table. */
interface Finished {
  readonly title: string;
  readonly path: string;
  readonly metrics: CompleteMetrics;
}

/**
 * `softprompt run`: runs experiment files one after the other and ends with a table. One that fails does not stop the others. With
 * `--watch` it then waits, and runs each file again that changes, or whose data do.
 *
 * @throws {InputError} on files that are missing or wrong; all are checked before the first runs
 * @throws {BatchFailed | InputError} at the end, where one of several has failed; the error of the only one
 */
export async function run(files: readonly string[], flags: RunFlags, io: CommandIo): Promise<void> {
  if (!flags.watch) return await runAll(files, flags, io);
  refuseMultipliers(parseOverrides(flags.overrides));
  await watched(files, (changed) => runAll(changed, flags, io), io);
}

async function runAll(files: readonly string[], flags: RunFlags, io: CommandIo): Promise<void> {
  const overrides = parseOverrides(flags.overrides);
  refuseMultipliers(overrides);
  const found = new Set(await allDone(files.map(experimentFileAt)));
  const experiments = await allDone(
    [...found].map(async (file) => {
      const experiment = await readExperiment(file, overrides);
      const own = await variantOfFile(flags.results, experiment.name, file);
      const variant = overrides.length === 0 ? own : variantName(overrides, own === "" ? undefined : own);
      return { file, experiment, variant, path: runPath(flags.results, experiment.name, variant) };
    }),
  );
  const owned = new OwnedFolders();
  for (const { file, experiment: { name }, path } of experiments) owned.claim(path, name, file);
  const progress = new TerminalProgress(io);
  const finished: Finished[] = [];
  const failed: { readonly title: string; readonly error: unknown }[] = [];
  const resources = new ResourceCache({
    reporter: terminalDownloads(io),
    keepsSessions: experiments.length > 1,
  });
  const { results, force, selfCheck, replay, history, reportTo } = flags;
  const reports = new RunReports(reportTo, results, (line) => progress.log(line));
  const policy: RunPolicy = { results, force, selfCheck, replay, history, ifLocked: "wait" };
  try {
    await untilInterrupted(io, async (signal) => {
      const host = { policy, resources, signal };
      for (const { file, experiment, variant, path } of experiments) {
        const ensembleRuns = ensembleRunFolders(experiment, file);
        const title = variant ? `${experiment.name}/${variant}` : experiment.name;
        const request = { experiment, file, overrides, title, path, ...(ensembleRuns && { ensembleRuns }) };
        const outcome = await runExperiment(request, host, progress).catch((error) => {
          if (error instanceof Interrupted || experiments.length === 1) throw error;
          progress.log(`error: ${title}: ${messageOf(error)}`);
          failed.push({ title, error });
        });
        if (outcome === undefined) continue;
        if (!("metrics" in outcome)) continue;
        if (outcome.kind === "kept") {
          progress.log(`${title}: nothing has changed since the results in ${path} (--force runs it again)`);
        }
        finished.push({ title, path, metrics: outcome.metrics });
        await reports.report(path);
      }
    });
  } finally {
    await resources.release();
  }
  if (flags.json) {
    const runs = [
      ...finished.map(({ title, path, metrics }) => runJson(title, path, { kind: "complete", metrics })),
      ...failed.map(({ title, error }) =>
        runJson(title, undefined, { kind: "failed", error: messageOf(error) })
      ),
    ];
    io.print(runsJson(runs), "data");
  } else await printResults(finished, flags.results, io);
  if (failed.length === 0) return;
  throw runsFailed(
    `${failed.length} of ${experiments.length} runs failed`,
    failed.map(({ error }) => isInputFault(error)),
  );
}

async function printResults(finished: readonly Finished[], results: string, io: CommandIo): Promise<void> {
  for (const line of summary(finished, io.columns())) io.print(line);
  const paths = finished.map(({ path }) => path);
  const other = paths.length === 1 ? await comparableRun(results, paths[0]!) : undefined;
  for (const line of nextSteps(paths, other)) io.print(line);
}

async function readExperiment(file: string, overrides: readonly Override[]): Promise<Experiment> {
  const text = await readExperimentFile(file);
  if (expandsToManyRuns(new ExperimentDocument(text, file))) {
    throw new InputError(
      `${file} asks for several runs (it has a sweep, variants or a search): use ${COMMAND} batch ${file}`,
    );
  }
  return parseExperiment(text, file, overrides);
}

function summary(finished: readonly Finished[], columns: number | undefined): string[] {
  const ofTexts = finished.flatMap(({ title, path, metrics }) =>
    areOfClasses(metrics) ? [] : [[title, ...textResultCells(metrics), path]]
  );
  const ofClasses = finished.flatMap(({ title, path, metrics }) =>
    areOfClasses(metrics) ? [[title, ...resultCells(metrics), path]] : []
  );
  return [{ header: RESULT_HEADER, rows: ofClasses }, { header: TEXT_RESULT_HEADER, rows: ofTexts }]
    .filter(({ rows }) => rows.length > 0)
    .flatMap(({ header, rows }, i) => [
      ...(i > 0 ? [""] : []),
      ...tableLines(["experiment", ...header, "results"], rows, columns),
    ]);
}
