import { COMMAND } from "../base/called_as.ts";
import {
  type Combination,
  combinations,
  excessProblems,
  multiplierProblems,
  multipliersOf,
  VARIANT,
} from "./combinations.ts";
import { exclusionProblems, withoutExcluded } from "./exclusions.ts";
import { MULTIPLIERS } from "./multipliers.ts";
import { ExperimentDocument } from "./document.ts";
import { ExperimentError, InputError, type Problem } from "../base/errors.ts";
import { type Override, setTwice } from "./override.ts";
import { checkedFile } from "./parse.ts";
import type { KeyProblem } from "./schema_problems.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { resolve, resolveSeedEnsemble } from "./resolve.ts";
import type { Experiment } from "./types.ts";
import { foldedName } from "../base/file_name.ts";
import { variantName } from "./variant_name.ts";

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
 * @param overridden keys that all runs set to other values than the file
 * @throws {TypeError} where the file asks for a search: read it as a SearchFile
 * @throws {InputError} where a key is set that a variant or the sweep sets
 * @throws {ExperimentError} with all problems in it or in any of its variants, each with its line and column
 */
export function parseVariants(text: string, file: string, overridden: readonly Override[] = []): Variant[] {
  const document = new ExperimentDocument(text, file);
  if (document.has(["search"])) {
    throw new TypeError(`${file} asks for a search, which is no list of variants`);
  }
  const asWritten = checkedFile(document, overridden);
  if (!expandsToManyRuns(document)) {
    if (asWritten.given === undefined) throw refusal(file, asWritten.problems);
    const experiment = resolve(asWritten.given);
    return [{
      name: variantName(overridden),
      settings: settingsOf(overridden),
      overrides: overridden,
      experiment,
    }];
  }
  refuse(file, asWritten.problems.filter(({ path }) => MULTIPLIERS.some((key) => key === path[0])));
  const wrong = multiplierProblems(document);
  const excess = excessProblems(document);
  if (excess.length > 0) refuse(file, [...wrong, ...excess]);
  const all = combinations(document);
  refuse(file, [...wrong, ...exclusionProblems(document, all)]);
  const kept = withoutExcluded(document, all);
  if (kept.length === 0) {
    refuse(file, [{
      ...document.place(["exclude"], true),
      message: "'exclude' leaves nothing to run: remove an entry",
    }]);
  }
  refuseSetTwice(file, overridden, kept);
  const named = kept.map(({ settings, overrides, swept }) => ({
    name: variantName([...overridden, ...swept], variantIn(settings)),
    settings: { ...settingsOf(overridden), ...settings },
    overrides: [...overridden, ...overrides],
  }));
  refuse(file, sharedFolders(document, named));
  const { sound, checked } = checkedVariants(document, named);
  if (sound.length < named.length) {
    throw refusal(file, variantProblems(checked), checked.length < named.length);
  }
  refuse(file, loneMembers(document, sound));
  return [
    ...sound.map(({ given, ...variant }) => ({ ...variant, experiment: resolve(given) })),
    ...ensembles(sound),
  ];
}

/** What keys are set to, by their paths. */
export function settingsOf(overridden: readonly Override[]): Variant["settings"] {
  return Object.fromEntries(overridden.map(({ path, value }) => [path.join("."), value]));
}

/** @throws {InputError} where a key is set for all runs that some of them set */
function refuseSetTwice(file: string, overridden: readonly Override[], all: readonly Combination[]): void {
  for (const { overrides } of all) {
    const [first] = setTwice([...overridden, ...overrides].map(({ path }) => path)) ?? [];
    if (first === undefined) continue;
    const key = overridden[first]!.path.join(".");
    throw new InputError(
      `--set ${key}: the sweep or the variants of ${file} set this key: choose among their runs by --only`,
    );
  }
}

/** The number of problems after which the variants that follow are not checked: a fault of the file itself is in all of them. */
const ENOUGH_PROBLEMS = 1000;

/** A variant, and what is wrong in it. */
type CheckedVariant = NamedVariant & { readonly problems: readonly KeyProblem[] };

/** Checks variants one by one, without what multiplies the file, which is checked before. */
function checkedVariants(
  document: ExperimentDocument,
  named: readonly NamedVariant[],
): { sound: SoundVariant[]; checked: CheckedVariant[] } {
  const { sweep } = multipliersOf(document);
  const body = Object.fromEntries(
    Object.entries(Object(document.content)).filter(([key]) => !MULTIPLIERS.some((one) => one === key)),
  );
  const sound: SoundVariant[] = [];
  const checked: CheckedVariant[] = [];
  let found = 0;
  for (const variant of named) {
    const { given, problems } = checkedFile(document, variant.overrides, body, sweep && { sweep });
    if (given !== undefined) sound.push({ ...variant, given });
    checked.push({ ...variant, problems });
    found += problems.length;
    if (found >= ENOUGH_PROBLEMS) break;
  }
  return { sound, checked };
}

/** The name of the variant of some settings, where the file has variants. */
function variantIn(settings: Variant["settings"]): string | undefined {
  const named = settings[VARIANT];
  return typeof named === "string" ? named : undefined;
}

/** A variant before it is checked. */
type NamedVariant = Pick<Variant, "name" | "settings" | "overrides">;

/** Variants whose names differ only in case: some file systems have one folder for both. */
function sharedFolders(
  document: ExperimentDocument,
  variants: readonly NamedVariant[],
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
type SoundVariant = NamedVariant & { readonly given: ExperimentFile };

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
function loneMembers(document: ExperimentDocument, variants: readonly SoundVariant[]): Problem[] {
  const members = variants.filter(({ given }) => given.ensemble?.sweep !== undefined);
  const groups = Map.groupBy(members, ({ settings }) => JSON.stringify({ ...settings, [SEED]: undefined }));
  return [...groups.values()].filter((group) => group.length === 1).map(([only]) => ({
    ...document.place(["ensemble", "sweep"]),
    message: `'ensemble.sweep' combines at least 2 runs, and '${only?.name}' is the only one of its seeds: ` +
      "sweep more seeds, or leave 'ensemble' out",
  }));
}

/** The problems in the variants, each once; where its place does not show it, a problem names the first variant that has it. */
function variantProblems(checked: readonly CheckedVariant[]): Problem[] {
  const found = new Map<string, { problem: Problem; count: number; variant: string; isPlain: boolean }>();
  for (const { name, overrides, problems } of checked) {
    const own = new Map(problems.map((problem) => [problemKey(problem), problem]));
    const places = new Set(own.size === 0 ? [] : overrides.map(({ place }) => place && placeKey(place)));
    for (const [key, problem] of own) {
      const before = found.get(key);
      if (before !== undefined) before.count++;
      else found.set(key, { problem, count: 1, variant: name, isPlain: places.has(placeKey(problem)) });
    }
  }
  return [...found.values()].map(({ problem, count, variant, isPlain }) =>
    isPlain || count === checked.length
      ? problem
      : { ...problem, message: `${problem.message} (in the variant '${variant}')` }
  );
}

function placeKey({ line, column }: Pick<Problem, "line" | "column">): string {
  return `${line}:${column}`;
}

function problemKey(problem: Problem): string {
  return `${placeKey(problem)}:${problem.message}`;
}

/** Whether a file asks for several runs. */
export function expandsToManyRuns({ content }: ExperimentDocument): boolean {
  return typeof content === "object" && content !== null && MULTIPLIERS.some((key) => key in content);
}

/** @throws {InputError} where the command line sets what multiplies a file */
export function refuseMultipliers(overridden: readonly Override[]): void {
  const several = overridden.find(({ path: [first] }) => MULTIPLIERS.some((key) => key === first));
  if (several === undefined) return;
  const { path } = several;
  throw new InputError(
    `--set ${path.join(".")} asks for several runs: write '${
      path[0]
    }' into the file, and use ${COMMAND} batch`,
  );
}

/** @throws {ExperimentError} with a file's problems, each once, where it has any */
export function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw refusal(file, problems);
}

/**
 * The error of a file's problems, each once, though many variants may share it.
 *
 * @param isPartial whether there may be more of them
 */
function refusal(file: string, problems: readonly Problem[], isPartial = false): ExperimentError {
  const seen = new Map(problems.map((problem) => {
    const { line, column, message } = problem;
    return [problemKey(problem), { line, column, message }];
  }));
  const sorted = [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  return new ExperimentError(file, sorted, isPartial);
}
