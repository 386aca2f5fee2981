import { InputError } from "../base/errors.ts";

/** The variables by which schedulers tell a task its index, from 0: Slurm, Kubernetes, AWS Batch. */
export const INDEX_VARIABLES = [
  "SLURM_ARRAY_TASK_ID",
  "JOB_COMPLETION_INDEX",
  "AWS_BATCH_JOB_ARRAY_INDEX",
] as const;

/**
 * The index of this task in its array.
 *
 * @param variable reads a variable of the environment
 * @throws {InputError} where none is set, or it is no index
 */
export function taskIndex(variable: (name: typeof INDEX_VARIABLES[number]) => string | undefined): number {
  for (const name of INDEX_VARIABLES) {
    const text = variable(name);
    if (text === undefined) continue;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new InputError(`${name} is no index of a task ('${text}'): it must be a whole number from 0`);
  }
  throw new InputError(
    `--shard auto is for tasks of an array, and none of ${
      INDEX_VARIABLES.join(", ")
    } is set: use --shard i/n`,
  );
}
