import { combinations, multiplierProblems, MULTIPLIERS, VARIANT, withoutExcluded } from "./combinations.ts";
import { ExperimentDocument } from "./document.ts";
import { ExperimentError, type Problem } from "../base/errors.ts";
import type { Override } from "./override.ts";
import { experimentOf, problemsOf } from "./parse.ts";
import type { Experiment } from "./types.ts";
import { foldedName, variantName } from "./variant_name.ts";

/** One of the runs that an experiment file asks for. */
export interface Variant {
  /** What differs, `length=20,seed=1`, which its folder bears; empty where the file asks for one run only. */
  readonly name: string;
  /** The swept keys by their path, and `variant`, with the values that they have here. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The keys that it sets to other values than the file, with their places in the file. */
  readonly overrides: readonly Override[];
  readonly experiment: Experiment;
  /** The variants whose prompts vote in this one, by their names. */
  readonly ensembleVariants?: readonly string[];
}

/**
 * Reads an experiment file and all the runs that it asks for: the cross product of `sweep`, for each of the named `variants`
 * where there are some, without what `exclude` leaves out. A file without these asks for one run. Where there is an
 * `ensemble` over the seeds, the variants that differ in nothing but the seed are followed by one of all of them together.
 *
 * @param file its path, for messages
 * @throws {ExperimentError} with all that is wrong in it or in any of its variants, each with its line and column
 */
export function parseVariants(text: string, file: string): Variant[] {
  const document = new ExperimentDocument(text, file), asWritten = problemsOf(document, []);
  if (!expandsToManyRuns(document)) {
    refuse(file, asWritten);
    return [{ name: "", settings: {}, overrides: [], experiment: experimentOf(document, []) }];
  }
  refuse(file, asWritten.filter(({ path }) => MULTIPLIERS.some((key) => key === path[0])));
  refuse(file, multiplierProblems(document));
  const kept = withoutExcluded(document, combinations(document));
  if (kept.length === 0) {
    refuse(file, [{ ...document.place(["exclude"], true), message: "'exclude' leaves nothing to run" }]);
  }
  const named = kept.map(({ settings, overrides, swept }) => ({
    name: variantName(swept, settings[VARIANT] as string | undefined),
    settings,
    overrides,
  }));
  refuse(file, sharedFolders(document, named));
  refuse(file, variantProblems(document, named));
  const variants = named.map((one) => ({ ...one, experiment: experimentOf(document, one.overrides) }));
  return [...variants.map(withoutEnsemble), ...ensembles(variants)];
}

/** Variants whose names differ in capitals alone: some file systems have one folder for both. */
function sharedFolders(
  document: ExperimentDocument,
  variants: readonly Pick<Variant, "name" | "settings" | "overrides">[],
): Problem[] {
  const owners = new Map<string, string>();
  return variants.flatMap(({ name, settings, overrides }) => {
    const owner = owners.get(foldedName(name)), own = settings[VARIANT];
    owners.set(foldedName(name), name);
    const place = typeof own === "string"
      ? document.place(["variants", own], true)
      : overrides.at(-1)?.place ?? document.place(["sweep"], true);
    return owner === undefined ? [] : [{
      ...place,
      message:
        `the variants '${owner}' and '${name}' would share a folder on Windows and macOS: name them otherwise`,
    }];
  });
}

function withoutEnsemble({ experiment: { ensemble: _, ...experiment }, ...variant }: Variant): Variant {
  return { ...variant, experiment };
}

/** The key that the variants of an ensemble differ in, and its value in the ensemble's name. */
const SEED = "seed", TOGETHER = "ensemble";

/** For all variants that differ in nothing but the seed, the one in which their prompts answer together. */
function ensembles(variants: readonly Variant[]): Variant[] {
  const groups = Map.groupBy(
    variants.filter(({ experiment }) => experiment.ensemble?.sweep !== undefined),
    ({ settings }) => JSON.stringify({ ...settings, [SEED]: undefined }),
  );
  return [...groups.values()].filter((group) => group.length > 1).map((group) => {
    const { settings, overrides, experiment: { training: _, ...experiment } } = group[0]!;
    const isSeed = ({ path }: Override) => path.join(".") === SEED;
    const named = overrides.map((one) => isSeed(one) ? { ...one, value: TOGETHER } : one)
      .filter(({ path }) => path.join(".") in settings);
    return {
      name: variantName(named, settings[VARIANT] as string | undefined),
      settings: { ...settings, [SEED]: TOGETHER },
      overrides,
      experiment: { ...experiment, tune: "none" },
      ensembleVariants: group.map(({ name }) => name),
    };
  });
}

/** What is wrong in the variants; where that is not seen from its place, the variant that it is wrong in is named. */
function variantProblems(
  document: ExperimentDocument,
  variants: readonly Pick<Variant, "name" | "overrides">[],
): Problem[] {
  const found = variants.map(({ name, overrides }) => ({
    name,
    overrides,
    problems: problemsOf(document, overrides),
  }));
  const isIn = (one: Problem, problems: readonly Problem[]) => problems.some((other) => isSame(one, other));
  return found.flatMap(({ problems }) => problems).map((problem) => {
    const concerned = found.filter(({ problems }) => isIn(problem, problems)), [first] = concerned;
    const isPlain = concerned.length === variants.length ||
      first!.overrides.some(({ place }) => place?.line === problem.line && place.column === problem.column);
    return isPlain
      ? problem
      : { ...problem, message: `${problem.message} (in the variant '${first!.name}')` };
  });
}

function isSame(a: Problem, b: Problem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}

/** Whether a file asks for several runs. */
export function expandsToManyRuns({ content }: ExperimentDocument): boolean {
  return typeof content === "object" && content !== null && MULTIPLIERS.some((key) => key in content);
}

/** Refuses a file for its problems, each of which is told once though many variants share it. */
function refuse(file: string, problems: readonly Problem[]): void {
  const seen = new Map(problems.map(({ line, column, message }) => [
    `${line}:${column}:${message}`,
    { line, column, message },
  ]));
  if (seen.size > 0) {
    throw new ExperimentError(
      file,
      [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column),
    );
  }
}
