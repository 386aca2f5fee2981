import { join } from "@std/path";
import { stringify } from "yaml";
import { InputError } from "../base/errors.ts";
import { counted } from "../base/counted.ts";
import { joined, message } from "../base/message.ts";
import { estimate, type EstimatedRun } from "../batch/estimate.ts";
import type { PlannedRun } from "../batch/plan.ts";
import { kubernetesJobs } from "../cluster/kubernetes.ts";
import { callProgram } from "../cluster/call_program.ts";
import { type Cluster, minutesOf, readClusterFile } from "../cluster/cluster_file.ts";
import { type AskedRun, makePlan } from "../cluster/make_plan.ts";
import { writePlan } from "../cluster/plan_file.ts";
import type { Plan } from "../cluster/plan_files.ts";
import {
  arrayJob,
  jobId,
  lastJob,
  LOG_FOLDER,
  type NodeCommand,
  type SlurmJob,
  submitLines,
} from "../cluster/slurm.ts";
import { plannedFolder } from "../cluster/task_runs.ts";
import { onDisk } from "../disk/on_disk.ts";
import type { Prepared } from "../run/prepare.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { duration } from "../terminal/duration.ts";
import { type CheckedRuns, checkRuns } from "./checked_runs.ts";
import { launcherWords } from "./launcher_words.ts";

/** The flags of `submit`. */
export interface SubmitFlags {
  /** The file of the cluster. */
  readonly cluster: string;
  /** Whether the plan is made and the jobs are shown, and nothing is submitted. */
  readonly dryRun: boolean;
  /** What the files may name outside their projects. */
  readonly allowRead: readonly string[];
}

/**
 * `softprompt submit`: checks experiment files and all that they name, downloads models and data, packs the runs that are not complete into
 * tasks, freezes the plan in the folder of the results, and submits an array job, and a job after it that makes ensembles and summaries.
 *
 * @param args files, folders and patterns
 * @throws {InputError} with the problems of all files, or with what the scheduler says
 */
export async function submit(args: readonly string[], flags: SubmitFlags, io: CommandIo): Promise<void> {
  const cluster = await readClusterFile(flags.cluster);
  const { results } = cluster;
  const checked = await checkRuns(args, results, [], drawnFrom, io);
  const problems = [
    ...checked.problems,
    ...checked.searches.map(({ planned: { file } }) =>
      message`${file} asks for a search, which cannot be divided: run it with batch, on one machine`
    ),
  ];
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
  const runs = await askedRuns(checked, results);
  const ensembles = ensemblesOf(checked).map((run) => ({
    experiment: run.experiment.name,
    folder: plannedFolder(results, run.path),
  }));
  const plan = makePlan({ files: args, runs, ensembles }, cluster.tasks);
  const kept = await writePlan(results, plan);
  for (const line of planLines(plan, cluster)) io.log(line);
  if (plan.tasks.length + plan.last.length === 0) {
    return io.print("all runs are complete: nothing is submitted");
  }
  const words = [
    "batch",
    ...args.map(notFlag),
    "--results",
    results,
    "--plan",
    kept,
    "--yes",
    ...flags.allowRead.flatMap(allowed),
  ];
  if (cluster.engine === "slurm") {
    const command = { words: [...launcherWords(), ...words], folder: Deno.cwd() };
    return await submitToSlurm(cluster, plan, command, flags.dryRun, io);
  }
  const jobs = kubernetesJobs(cluster, plan, kept, ["softprompt", ...words]);
  // kubectl reads YAML 1.1, in which more words are no texts, such as `on`.
  const documents = jobs.map((job) => stringify(job, { version: "1.1" })).join("---\n");
  if (flags.dryRun) return io.print(documents.trimEnd(), "data");
  io.print(await callProgram("kubectl", ["create", "-f", "-"], documents));
}

async function submitToSlurm(
  cluster: Cluster,
  plan: Plan,
  command: NodeCommand,
  isDryRun: boolean,
  io: CommandIo,
): Promise<void> {
  const logs: string = join(cluster.results, LOG_FOLDER);
  await onDisk(logs, () => Deno.mkdir(logs, { recursive: true }), "'results' of --cluster");
  if (isDryRun) return io.print(submitLines(cluster, plan, command).join("\n"), "data");
  const sbatch = async ({ args, script }: SlurmJob) => jobId(await callProgram("sbatch", args, script));
  const array = arrayJob(cluster, plan, command);
  const first = array && await sbatch(array);
  if (first !== undefined) io.print(`array job ${first}: ${counted(plan.tasks.length, "task")}`);
  io.print(`job ${await sbatch(lastJob(cluster, command, first))} after it: ensembles and summaries`);
  io.print(`what the tasks print goes into ${logs}`);
}

/** The data that a run's examples are drawn from: thousands of draws need not be encoded to see that their texts fit the template. */
function drawnFrom({ experiment: { dataset } }: Prepared): string {
  return JSON.stringify(dataset);
}

/** The runs that are not complete; those whose prompts are others' come last. */
async function askedRuns(
  { sound, texts, earlier, resources }: CheckedRuns,
  results: string,
): Promise<AskedRun[]> {
  const estimated: (EstimatedRun & { readonly run: PlannedRun })[] = [...sound];
  for (const { run } of texts) {
    estimated.push({
      ...await estimate(run, resources, { results, force: false, history: true }, earlier),
      run,
    });
  }
  return estimated.filter(({ run, state }) => run.ensembleRuns === undefined && state !== "complete")
    .map(({ run, prepared: { contentHash, pathlessHash }, seconds, work, shareKey }) => ({
      experiment: run.experiment.name,
      folder: plannedFolder(results, run.path),
      hash: contentHash,
      ...(pathlessHash !== undefined && { hash_without_paths: pathlessHash }),
      seconds,
      work,
      shareKey,
    }));
}

/** The runs that combine the prompts of others, and are not complete. */
function ensemblesOf({ ensembles, sound }: CheckedRuns): PlannedRun[] {
  const named = sound.filter(({ run, state }) => run.ensembleRuns !== undefined && state !== "complete");
  return [...ensembles, ...named.map(({ run }) => run)];
}

/** What will be submitted, and what is doubtful about it. */
function* planLines({ tasks, last, seconds }: Plan, { tasks: { atOnce }, resources: { time } }: Cluster) {
  const runs = tasks.flatMap((task) => task.runs);
  const long = seconds === null
    ? "how long they take is not known, as no similar run is complete: run one first, and tasks will be of equal length"
    : `about ${duration(seconds)}, ${atOnce} at once`;
  if (runs.length > 0) yield `${counted(runs.length, "run")} in ${counted(tasks.length, "task")}: ${long}`;
  if (last.length > 0) yield `${counted(last.length, "ensemble")}${runs.length > 0 ? " after them" : ""}`;
  const limit = time === undefined ? Infinity : 60 * minutesOf(time);
  const longest = runs.filter((run) => (run.seconds ?? 0) > limit);
  if (longest.length > 0) {
    yield `warning: ${
      counted(longest.length, "run")
    } may take longer than the time limit of a task (${time}), such as ${
      longest[0]!.folder
    }: each goes on when its task is started again`;
  }
}

/** A file whose name no command takes for a flag. */
function notFlag(file: string): string {
  return file.startsWith("-") ? `./${file}` : file;
}

function allowed(path: string): string[] {
  return ["--allow-read", path];
}
