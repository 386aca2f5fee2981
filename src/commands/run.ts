import { join } from "@std/path";
import { InputError, KeyError } from "../experiment/errors.ts";
import { located, type Override, parseExperiment, parseOverride } from "../experiment/parse.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { say, tableLines } from "./console.ts";
import { INTERRUPTED } from "./exit.ts";
import { runExperiment } from "./run_experiment.ts";

/** The flags of `run`. */
export interface RunFlags {
  /** The folder that results go into. */
  readonly results: string;
  readonly force: boolean;
  /** Keys set to other values, `prompt.length=5`. */
  readonly set: readonly string[];
}

/** A finished run, for the table at the end. */
interface Finished {
  readonly title: string;
  readonly path: string;
  readonly metrics: MetricsFile;
}

/**
 * `softprompt run`: runs experiment files one after the other and ends with a table.
 *
 * @throws {InputError} on files that are missing or wrong; all are checked before the first runs
 */
export async function run(files: readonly string[], flags: RunFlags): Promise<void> {
  const overrides = flags.set.map(parseOverride);
  const experiments = await Promise.all(
    files.map(async (file) => ({ file, experiment: await readExperiment(file, overrides) })),
  );
  const interrupt = new AbortController();
  const abort = () => {
    if (interrupt.signal.aborted) Deno.exit(INTERRUPTED);
    say("stopping; Ctrl-C once more to stop at once");
    interrupt.abort();
  };
  Deno.addSignalListener("SIGINT", abort);
  const finished: Finished[] = [];
  try {
    for (const { file, experiment } of experiments) {
      const variant = overrides.map(({ path, text }) => `${path.at(-1)}=${text}`).join(",");
      const path: string = join(flags.results, experiment.name, ...(variant ? [variant] : []));
      const { metrics, skipped } = await withPlaces(file, () =>
        runExperiment(experiment, {
          file,
          path,
          cache: join(flags.results, ".cache"),
          force: flags.force,
          signal: interrupt.signal,
        }));
      if (skipped) {
        say(`${experiment.name}: nothing has changed since the results in ${path} (--force runs it again)`);
      }
      finished.push({ title: variant ? `${experiment.name} ${variant}` : experiment.name, path, metrics });
    }
  } finally {
    Deno.removeSignalListener("SIGINT", abort);
  }
  for (const line of summary(finished)) console.log(line);
}

/** Does something with an experiment; what turns out wrong with a key's value is said with the key's place in the file. */
export async function withPlaces<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof KeyError ? located(error, await Deno.readTextFile(file), file) : error;
  }
}

/**
 * Reads an experiment file.
 *
 * @throws {InputError} where it is missing or wrong
 */
export async function readExperiment(file: string, overrides: readonly Override[] = []) {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`there is no experiment file ${file}`);
    throw error;
  });
  return parseExperiment(text, file, overrides);
}

function summary(finished: readonly Finished[]): string[] {
  const percent = (share: number) => (100 * share).toFixed(1);
  return tableLines(
    ["experiment", "test accuracy", "95% interval", "validation", "seconds", "results"],
    finished.map(({ title, path, metrics: { test, validation, seconds } }) => [
      title,
      `${percent(test.accuracy.value)}%`,
      test.accuracy.interval.map(percent).join(" to "),
      validation ? `${percent(validation.accuracy.value)}%` : "",
      seconds.toFixed(1),
      path,
    ]),
  );
}
