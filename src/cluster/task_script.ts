import type { Cluster } from "./cluster_file.ts";
import type { Plan } from "./plan_files.ts";

/**
 * The command of a container that executes its task of a plan and, where no run of the plan is left then, makes ensembles and summaries. It
 * hands a signal to stop to the batch, whose exit code it ends with.
 *
 * Its arguments are passed on as they are: no shell reads them as words.
 *
 * @param kept the file of the plan, which a later submission leaves as it is
 * @param batch the batch of the submission, the program first, without its `--shard`
 */
export function taskScript(
  { setup, results }: Pick<Cluster, "setup" | "results">,
  { tasks }: Pick<Plan, "tasks">,
  kept: string,
  batch: readonly string[],
): string[] {
  const [program = ""] = batch;
  const lines = [
    ...(setup.length > 0 ? ["set -e", ...setup, "set +e"] : []),
    "results=$1; plan=$2; program=$3; shift 3",
    // POSIX: a shell handles a signal when its foreground command has ended, but at once while it waits.
    "code=0 stopped= task=",
    // A signal may come before the task is known.
    'run() { "$program" "$@" & task=$!; [ -z "$stopped" ] || kill -TERM "$task" 2>/dev/null; wait "$task"; code=$?',
    '  while kill -0 "$task" 2>/dev/null; do wait "$task"; code=$?; done; }',
    "trap 'stopped=1; kill -TERM \"$task\" 2>/dev/null' TERM INT",
    ...(tasks.length > 0
      ? [
        'run "$@" --shard auto',
        "ended=$code",
        '[ -z "$stopped" ] && "$program" status "$results" --plan "$plan" --fail-on-unfinished >/dev/null || exit "$ended"',
        'run "$@" --shard last',
        '[ "$ended" -eq 0 ] || exit "$ended"',
      ]
      : ['run "$@" --shard last']),
    'exit "$code"',
  ];
  return ["/bin/sh", "-c", lines.join("\n"), "task", results, kept, program, ...batch.slice(1)];
}
