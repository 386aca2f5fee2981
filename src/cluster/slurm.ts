import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { shellWord } from "../base/quoted.ts";
import { type Cluster, minutesOf } from "./cluster_file.ts";
import type { Plan } from "./plan_files.ts";

/** The folder of what tasks print, within that of all results. */
export const LOG_FOLDER = ".slurm";

/** The setup may end the script at its own failures; at that of a run, the script goes on. */
const NO_OPTIONS = "set +eu\n";

/** A job as `sbatch` takes it. */
export interface SlurmJob {
  /** The arguments of `sbatch`. */
  readonly args: readonly string[];
  /** The script, which `sbatch` reads from its standard input. */
  readonly script: string;
}

/** What the nodes execute. */
export interface NodeCommand {
  /** `batch` with its arguments, without `--shard`. */
  readonly words: readonly string[];
  /** The folder that it is called in. */
  readonly folder: string;
}

/** The array job of a plan, one task of the array for each of the plan's; `undefined` where it has none. */
export function arrayJob(cluster: Cluster, { tasks }: Plan, command: NodeCommand): SlurmJob | undefined {
  if (tasks.length === 0) return undefined;
  return {
    args: [
      ...argumentsOf(cluster, "softprompt", "%A_%a"),
      `--array=0-${tasks.length - 1}%${cluster.tasks.atOnce}`,
    ],
    script: scriptOf(cluster, command, "auto"),
  };
}

/**
 * The job of what is left when all tasks have ended, however they have: ensembles, and summaries of what is there.
 *
 * @param array the id of the array job, where there is one
 */
export function lastJob(cluster: Cluster, command: NodeCommand, array: string | undefined): SlurmJob {
  return {
    args: [
      ...argumentsOf(cluster, "softprompt-last", "%j"),
      ...(array === undefined ? [] : [`--dependency=afterany:${array}`]),
    ],
    script: scriptOf(cluster, command, "last"),
  };
}

/**
 * The id of a job in what `sbatch --parsable` prints: `id`, or `id;cluster`, after what a site's own `sbatch` says before.
 *
 * @throws {InputError} where it prints no id
 */
export function jobId(printed: string): string {
  const id = /(?:^|\n)(\d+)(?:;\S*)?$/.exec(printed.trim())?.[1];
  if (id !== undefined) return id;
  throw new InputError(
    message`sbatch ends without an error, but does not print the id of a job ('${
      ofFile(printed)
    }'): see by squeue whether it has taken the job, and submit where 'sbatch --parsable' prints the id`,
  );
}

/** The lines of a shell that submit the jobs of a plan. */
export function submitLines(cluster: Cluster, plan: Plan, command: NodeCommand): string[] {
  const array = arrayJob(cluster, plan, command);
  const last = lastJob(cluster, command, undefined);
  if (array === undefined) return sbatchLines(last);
  return [
    "array=$(",
    ...sbatchLines(array),
    ")",
    ...sbatchLines(last, '"--dependency=afterany:${array%%;*}"'),
  ];
}

/** The lines that submit a job. @param more words that the shell expands */
function sbatchLines({ args, script }: SlurmJob, ...more: readonly string[]): string[] {
  const lines = script.trimEnd().split("\n");
  let end = "END-OF-SCRIPT";
  // A path or a line of the setup may be the same.
  while (lines.includes(end)) end += "-";
  return [["sbatch", ...args.map(shellWord), ...more, `<<'${end}'`].join(" "), ...lines, end];
}

/** What a comment of the script cannot say: a path may hold any character. */
function argumentsOf({ results }: Cluster, name: string, log: string): string[] {
  return ["--parsable", `--job-name=${name}`, `--chdir=${results}`, `--output=${LOG_FOLDER}/${log}.log`];
}

/**
 * The script of a task. Slurm itself requeues a job that a node's failure or a preemption ends, and no other. The script does so, up to
 * `retries` times, when the time limit is near, of which Slurm sends it a signal that it hands to the run, and when the run fails for a
 * reason that is not in its files (exit code 2). A job that is being cancelled runs no more, and is not requeued.
 */
function scriptOf(
  { resources: { cpus, memory, time, partition, gpus }, setup, retries }: Cluster,
  { words, folder }: NodeCommand,
  shard: "auto" | "last",
): string {
  const options = [
    "--requeue",
    "--open-mode=append",
    "--signal=B:TERM@60",
    ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
    ...(time === undefined ? [] : [`--time=${minutesOf(time)}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(gpus === undefined ? [] : [`--gpus=${gpus}`]),
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join("\n")}
${setup.map((line) => `${line}\n`).join("")}${setup.length > 0 ? NO_OPTIONS : ""}cd -- ${
    shellWord(folder)
  } || exit 2
export HF_HUB_OFFLINE=1
# An array has the id of one of its tasks: the task is named by its index.
job=\${SLURM_ARRAY_JOB_ID:+\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}}
job=\${job:-$SLURM_JOB_ID}
run=
stopped=
again=1
# The signal ends the waiting, not the run, which writes a checkpoint.
trap 'again=1; stopped=1; [ -z "$run" ] || kill -TERM "$run" 2>/dev/null' TERM
${[...words, "--shard", shard].map(shellWord).join(" ")} &
run=$!
# It may have come before the run was known.
[ -z "$stopped" ] || kill -TERM "$run" 2>/dev/null
while [ -n "$again" ]; do
  again=
  wait "$run"
  code=$?
done
case $code in 0 | 2) exit "$code" ;; esac
[ "$(squeue --noheader --jobs="$job" --states=all --format=%T)" = RUNNING ] || exit "$code"
restarts=\${SLURM_RESTART_COUNT:-0}
if [ "$restarts" -lt ${retries} ]; then
  echo "exit code $code: started again, $((restarts + 1)) of ${retries} times" >&2
  scontrol requeue "$job"
fi
exit "$code"
`;
}
