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
 * @throws {InputError} where none is set, one is no index, or two differ
 */
export function taskIndex(variable: (name: typeof INDEX_VARIABLES[number]) => string | undefined): number {
  const found = INDEX_VARIABLES.flatMap((name) => {
    const text = variable(name);
    if (text === undefined) return [];
    if (/^\d{1,9}$/.test(text)) return [{ name, index: Number(text) }];
    throw new InputError(`${name} is no index of a task ('${text}'): it must be a whole number from 0`);
  });
  const [first] = found;
  if (first === undefined) {
    throw new InputError(
      `--shard auto is for tasks of an array, and none of ${
        INDEX_VARIABLES.join(", ")
      } is set: use --shard i/n`,
    );
  }
  const other = found.find(({ index }) => index !== first.index);
  if (other === undefined) return first.index;
  throw new InputError(
    `${first.name} says that this is task ${first.index}, and ${other.name} that it is task ${other.index}: unset the one that is not of this array`,
  );
}
