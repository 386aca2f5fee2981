import { resolve, resolveSeedEnsemble } from "./resolve.ts";
import { isExperimentFile } from "./schema_check.ts";
import { SEMANTICS } from "./semantics.ts";
import type { Experiment } from "./types.ts";

/**
 * An experiment as a run wrote it into its folder. What runs of earlier programs do not say has the default that it has since
 * then; rules that join several keys were kept when the run began.
 *
 * @param content of the run's `experiment.yaml`
 * @returns it with the semantics that it names, which may be other than this program's
 * @throws {RangeError} where it is no experiment
 */
export function readWritten(content: unknown): Experiment {
  if (typeof content !== "object" || content === null) throw new RangeError("it holds no experiment");
  const { semantics = 1, ...asked }: { readonly semantics?: unknown } = content;
  if (typeof semantics !== "number") throw new RangeError("its 'semantics' are no number");
  const given: unknown = { ...asked, semantics: SEMANTICS };
  if (!isExperimentFile(given)) {
    const { instancePath = "", message = "is none" } = isExperimentFile.errors?.[0] ?? {};
    throw new RangeError(`'${["experiment", ...instancePath.split("/").slice(1)].join(".")}' ${message}`);
  }
  return { ...(resolveSeedEnsemble(given) ?? resolve(given)), semantics };
}
