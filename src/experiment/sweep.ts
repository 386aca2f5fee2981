import { combinations, multiplierProblems, MULTIPLIERS, VARIANT, withoutExcluded } from "./combinations.ts";
import { ExperimentDocument } from "./document.ts";
import { ExperimentError, type Problem } from "../base/errors.ts";
import type { Override } from "./override.ts";
import { checkedFile, type KeyProblem } from "./parse.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { resolve, resolveSeedEnsemble } from "./resolve.ts";
import type { Experiment } from "./types.ts";
import { foldedName, variantName } from "./variant_name.ts";

/** One of the runs that an experiment file asks for. */
export interface Variant {
  /** What differs, such as `length=20,seed=1`, also the name of its folder; empty where the file asks for one run only. */
  readonly name: string;
  /** The swept keys by their path, and `variant`, with their values in this variant. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The keys that it sets to other values than the file, with their places in the file. */
  readonly overrides: readonly Override[];
  readonly experiment: Experiment;
  /** The names of the variants whose prompts form this ensemble. */
  readonly ensembleVariants?: readonly string[];
}

/**
 * Reads an experiment file and expands all the runs that it asks for: the cross product of `sweep`, for each of the named `variants`
 * where there are any, without the combinations in `exclude`. A file without these asks for one run. Where there is an
 * `ensemble` over the seeds, the variants that differ in nothing but the seed are followed by one of all of them together.
 *
 * @param file its path, for messages
 * @throws {ExperimentError} with all problems in it or in any of its variants, each with its line and column
 */
export function parseVariants(text: string, file: string): Variant[] {
  const document = new ExperimentDocument(text, file);
  const asWritten = checkedFile(document, []);
  if (!expandsToManyRuns(document)) {
    if (asWritten.given === undefined) throw refusal(file, asWritten.problems);
    return [{ name: "", settings: {}, overrides: [], experiment: resolve(asWritten.given) }];
  }
  refuse(file, asWritten.problems.filter(({ path }) => MULTIPLIERS.some((key) => key === path[0])));
  refuse(file, multiplierProblems(document));
  const kept = withoutExcluded(document, combinations(document));
  if (kept.length === 0) {
    refuse(file, [{
      ...document.place(["exclude"], true),
      message: "'exclude' leaves nothing to run: remove an entry",
    }]);
  }
  const named = kept.map(({ settings, overrides, swept }) => ({
    name: variantName(swept, variantIn(settings)),
    settings,
    overrides,
  }));
  refuse(file, sharedFolders(document, named));
  const checked = named.map((one) => ({ ...one, ...checkedFile(document, one.overrides) }));
  refuse(file, variantProblems(checked));
  refuse(file, loneMembers(document, checked));
  const sound = checked.flatMap(({ problems: _, given, ...variant }) => given ? [{ ...variant, given }] : []);
  return [
    ...sound.map(({ given, ...variant }) => ({ ...variant, experiment: resolve(given) })),
    ...ensembles(sound),
  ];
}

/** The name of the variant of some settings, where the file has variants. */
function variantIn(settings: Variant["settings"]): string | undefined {
  const named = settings[VARIANT];
  return typeof named === "string" ? named : undefined;
}

/** Variants whose names differ only in case: some file systems have one folder for both. */
function sharedFolders(
  document: ExperimentDocument,
  variants: readonly Pick<Variant, "name" | "settings" | "overrides">[],
): Problem[] {
  const owners = new Map<string, string>();
  return variants.flatMap(({ name, settings, overrides }) => {
    const owner = owners.get(foldedName(name));
    const own = variantIn(settings);
    owners.set(foldedName(name), name);
    const place = own !== undefined
      ? document.place(["variants", own], true)
      : overrides.at(-1)?.place ?? document.place(["sweep"], true);
    return owner === undefined ? [] : [{
      ...place,
      message:
        `the variants '${owner}' and '${name}' would share a folder on Windows and macOS: rename one of them`,
    }];
  });
}

/** A valid variant, as the file has it. */
type SoundVariant = Omit<Variant, "experiment" | "members"> & { readonly given: ExperimentFile };

/** The key that the variants of an ensemble differ in, and its value in the ensemble's name. */
const SEED = "seed";
const TOGETHER = "ensemble";

/** The ensembles: one for each set of variants that differ only in the seed. */
function ensembles(variants: readonly SoundVariant[]): Variant[] {
  const seeds = variants.flatMap(({ given, ...variant }) => {
    const experiment = resolveSeedEnsemble(given);
    return experiment === undefined ? [] : [{ ...variant, experiment }];
  });
  const groups = Map.groupBy(seeds, ({ settings }) => JSON.stringify({ ...settings, [SEED]: undefined }));
  return [...groups.values()].flatMap((group) => {
    const [first, second] = group;
    if (first === undefined || second === undefined) return [];
    const { settings, overrides, experiment } = first;
    const isSeed = ({ path }: Override) => path.join(".") === SEED;
    const named = overrides.map((one) => isSeed(one) ? { ...one, value: TOGETHER } : one)
      .filter(({ path }) => path.join(".") in settings);
    return {
      name: variantName(named, variantIn(settings)),
      settings: { ...settings, [SEED]: TOGETHER },
      overrides,
      experiment,
      ensembleVariants: group.map(({ name }) => name),
    };
  });
}

/** Ensembles over the seeds that one run alone would form. */
function loneMembers(
  document: ExperimentDocument,
  variants: readonly (Pick<Variant, "name" | "settings"> & { readonly given?: ExperimentFile })[],
): Problem[] {
  const members = variants.filter(({ given }) => given?.ensemble?.sweep !== undefined);
  const groups = Map.groupBy(members, ({ settings }) => JSON.stringify({ ...settings, [SEED]: undefined }));
  return [...groups.values()].filter((group) => group.length === 1).map(([only]) => ({
    ...document.place(["ensemble", "sweep"]),
    message: `'ensemble.sweep' combines at least 2 runs, and '${only?.name}' is the only one of its seeds: ` +
      "sweep more seeds, or leave 'ensemble' out",
  }));
}

/** The problems in the variants; where its place does not show it, a problem names its variant. */
function variantProblems(
  found: readonly (Pick<Variant, "name" | "overrides"> & { readonly problems: readonly KeyProblem[] })[],
): Problem[] {
  const isIn = (one: Problem, problems: readonly Problem[]) => problems.some((other) => isSame(one, other));
  return found.flatMap(({ problems }) => problems).map((problem) => {
    const concerned = found.filter(({ problems }) => isIn(problem, problems));
    const [first] = concerned;
    const isPlain = concerned.length === found.length ||
      first?.overrides.some(({ place }) => place?.line === problem.line && place.column === problem.column);
    return isPlain
      ? problem
      : { ...problem, message: `${problem.message} (in the variant '${first?.name}')` };
  });
}

function isSame(a: Problem, b: Problem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}

/** Whether a file asks for several runs. */
export function expandsToManyRuns({ content }: ExperimentDocument): boolean {
  return typeof content === "object" && content !== null && MULTIPLIERS.some((key) => key in content);
}

/** Refuses a file that has problems. */
function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw refusal(file, problems);
}

/** The error of a file's problems, each once, though many variants may share it. */
function refusal(file: string, problems: readonly Problem[]): ExperimentError {
  const seen = new Map(problems.map(({ line, column, message }) => [
    `${line}:${column}:${message}`,
    { line, column, message },
  ]));
  return new ExperimentError(
    file,
    [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column),
  );
}
