import { resolve, resolveSeedEnsemble } from "./resolve.ts";
import { isExperimentFile } from "./schema_check.ts";
import { SEMANTICS } from "./semantics.ts";
import { type ClassExperiment, isClassExperiment } from "./class_experiment.ts";
import type { Experiment } from "./types.ts";

/**
 * An experiment as a run wrote it into its folder. Keys that runs of earlier versions did not write have the defaults that were
 * introduced with them; rules that involve several keys were checked when the run started.
 *
 * @param content of the run's `experiment.yaml`
 * @returns the experiment with its own semantics, which may differ from this version's
 * @throws {RangeError} where it is not an experiment
 */
export function readWritten(content: unknown): Experiment {
  if (typeof content !== "object" || content === null) throw new RangeError("it contains no experiment");
  const { semantics = 1, ...asked }: { readonly semantics?: unknown } = content;
  if (typeof semantics !== "number") throw new RangeError("its 'semantics' is not a number");
  const given: unknown = { ...asked, semantics: SEMANTICS };
  if (!isExperimentFile(given)) {
    const { instancePath = "", message = "is not an experiment" } = isExperimentFile.errors?.[0] ?? {};
    throw new RangeError(`'${["experiment", ...instancePath.split("/").slice(1)].join(".")}' ${message}`);
  }
  return { ...(resolveSeedEnsemble(given) ?? resolve(given)), semantics };
}

/**
 * As {@linkcode readWritten}, an experiment whose answers are classes with probabilities.
 *
 * @throws {RangeError} where they are generated texts
 */
export function readWrittenClasses(content: unknown): ClassExperiment {
  const experiment = readWritten(content);
  if (isClassExperiment(experiment)) return experiment;
  throw new RangeError("its answers are generated texts");
}
