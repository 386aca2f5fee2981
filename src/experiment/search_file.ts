import { ExperimentError, InputError, type Problem } from "../base/errors.ts";
import { foldedName } from "../base/file_name.ts";
import { multiplierProblems, multipliersOf, searchedKeys } from "./combinations.ts";
import type { ExperimentDocument } from "./document.ts";
import { type KeyPath, valueAt } from "./key_path.ts";
import { DEFAULTS, type ExperimentFile, type SearchKeys } from "./experiment_file.ts";
import { type Override, setTwice } from "./override.ts";
import { checkedFile } from "./parse.ts";
import { resolve } from "./resolve.ts";
import { MULTIPLIERS } from "./multipliers.ts";
import { axisProblems, baseOf, endsOf, searchAxes, type SearchAxis } from "./search_axes.ts";
import { refuse, settingsOf, type Variant } from "./sweep.ts";
import { bringsValidation } from "./tuning_rules.ts";
import type { Experiment } from "./types.ts";
import { variantName } from "./variant_name.ts";

/** What configurations are compared by. */
export type SearchMetric = NonNullable<SearchKeys["metric"]>;

/** An experiment that is tuned, of any form. */
export type TrainedExperiment = Extract<Experiment, { readonly training: unknown }>;

/** A run that a search may make. */
export interface SearchVariant extends Variant {
  readonly experiment: TrainedExperiment;
}

/** An experiment file that asks for a search. */
export class SearchFile {
  readonly name: string;
  /** That of the search's own draws, and of the runs that are compared. */
  readonly seed: number;
  readonly axes: readonly SearchAxis[];
  readonly budget: SearchKeys["budget"];
  readonly method: "random" | "halving";
  readonly metric: SearchMetric;
  /** The seeds that the best configuration is run again with: those after the search's own. */
  readonly freshSeeds: readonly number[];
  private readonly body: unknown;

  /**
   * @param overridden keys that all runs set to other values than the file
   * @throws {InputError} where a key is set that is searched
   * @throws {ExperimentError} with all problems in the file and in the values at the ends of its space, each with its line and column
   */
  constructor(
    private readonly document: ExperimentDocument,
    private readonly overridden: readonly Override[],
  ) {
    const { file } = document;
    const asWritten = checkedFile(document, overridden).problems;
    refuse(file, asWritten.filter(({ path }) => MULTIPLIERS.some((key) => key === path[0])));
    const { search } = multipliersOf(document);
    if (search === undefined) throw new TypeError(`${file} asks for no search`);
    refuse(file, [...multiplierProblems(document), ...besideSearch(document)]);
    this.axes = searchAxes(document, search);
    refuse(file, [...axisProblems(document, this.axes), ...sharedFolders(this.axes)]);
    this.body = Object.fromEntries(
      Object.entries(Object(document.content)).filter(([key]) => !MULTIPLIERS.some((one) => one === key)),
    );
    const base = baseOf(this.axes);
    refuseSetTwice(file, overridden, base);
    const wrong = this.axes.flatMap((axis, i) =>
      endsOf(axis).flatMap((end) => this.problems(base.with(i, end)))
    );
    refuse(file, wrong.length > 0 ? wrong : this.problems(base));
    const { experiment, given } = this.resolved(base);
    const { method = DEFAULTS.search.method, seeds = DEFAULTS.search.seeds, metric } = search;
    this.name = experiment.name;
    this.seed = experiment.seed;
    this.budget = search.budget;
    this.method = method;
    this.metric = metric ?? chosenBy(given);
    this.freshSeeds = Array.from({ length: seeds }, (_, i) => this.seed + 1 + i);
  }

  /**
   * The run of a configuration.
   *
   * @param values one of each key that is searched
   * @param seed where it is not the search's own
   * @throws {ExperimentError} where these values do not go together
   */
  variant(values: readonly Override[], seed?: number): SearchVariant {
    const fresh = seed === undefined ? [] : [{ path: ["seed"], value: seed }];
    const overridden = this.overridden.filter(({ path }) => fresh.length === 0 || path.join(".") !== "seed");
    const overrides = [...overridden, ...values, ...fresh];
    refuse(this.document.file, this.problems(values));
    return {
      name: variantName(overrides),
      settings: settingsOf(overrides),
      overrides,
      experiment: this.resolved([...values, ...fresh]).experiment,
    };
  }

  /** The error of a key of the file. */
  problem(path: KeyPath, message: string): ExperimentError {
    return new ExperimentError(this.document.file, [{ ...this.document.place(path), message }]);
  }

  /** What is wrong with the run of some values. */
  private problems(values: readonly Override[]): Problem[] {
    const { given, problems } = checkedFile(this.document, [...this.overridden, ...values], this.body);
    return given === undefined ? [...problems] : searchProblems(this.document, given);
  }

  private resolved(
    values: readonly Override[],
  ): { readonly experiment: TrainedExperiment; readonly given: ExperimentFile } {
    const { given, problems } = checkedFile(this.document, [...this.overridden, ...values], this.body);
    if (given === undefined) throw new ExperimentError(this.document.file, problems);
    const experiment = resolve(given);
    if (!isTrained(experiment)) throw new TypeError("a search of what is not tuned");
    return { experiment, given };
  }
}

/** Whether a file asks for a search. */
export function asksForSearch({ content }: ExperimentDocument): boolean {
  return valueAt(content, ["search"]) !== undefined;
}

/** @throws {InputError} where a key is set for all runs that the search draws */
function refuseSetTwice(file: string, overridden: readonly Override[], drawn: readonly Override[]): void {
  const [first] = setTwice([...overridden, ...drawn].map(({ path }) => path)) ?? [];
  if (first === undefined) return;
  const key = overridden[first]!.path.join(".");
  throw new InputError(`--set ${key}: the search of ${file} draws this key: take it out of 'search'`);
}

/** What else multiplies a file that asks for a search. */
function besideSearch(document: ExperimentDocument): Problem[] {
  const { search, sweep = {} } = multipliersOf(document);
  const twice = searchedKeys(search).filter((key) => Object.hasOwn(sweep, key));
  if (twice.length > 0) {
    return twice.map((key) => ({
      ...document.place(["search", key], true),
      message: `'${key}' is swept and searched: leave one of them out`,
    }));
  }
  return MULTIPLIERS.filter((key) => key !== "search" && document.has([key])).map((key) => ({
    ...document.place([key], true),
    message:
      `a search draws its own runs, and '${key}' asks for others: write values into 'search', or '${key}' into a file of its own`,
  }));
}

/** What a run needs in order to be one of a search. */
function searchProblems(document: ExperimentDocument, given: ExperimentFile): Problem[] {
  const at = (path: KeyPath, message: string) => [{ ...document.place(path, true), message }];
  const metric: KeyPath = document.has(["search", "metric"]) ? ["search", "metric"] : ["search"];
  if (!isTrained(resolve(given))) {
    return at(
      ["search"],
      "a search compares runs while they are tuned, and nothing is tuned here: use 'sweep'",
    );
  }
  if (given.ensemble !== undefined) {
    return at(["ensemble"], "a search makes no ensemble: leave 'ensemble' out");
  }
  if (!bringsValidation(given.dataset)) {
    return at(
      metric,
      "a search compares runs on the validation set, and there is none: set 'dataset.validation' above 0",
    );
  }
  const asked = multipliersOf(document).search?.metric;
  const best = chosenBy(given);
  if (asked === undefined || asked === best || asked === "loss") return [];
  if (asked === "accuracy" && given.answer?.kind !== "text") return [];
  return at(
    metric,
    `the runs do not measure '${asked}' in their validations, where they choose their best prompts by '${best}': set 'training.best: ${asked}'`,
  );
}

function isTrained(experiment: Experiment): experiment is TrainedExperiment {
  return "training" in experiment && experiment.training !== undefined;
}

/** What the runs choose their best prompts by. */
function chosenBy(given: ExperimentFile): SearchMetric {
  const experiment = resolve(given);
  const { best, earlyStopping } = isTrained(experiment) ? experiment.training : {};
  return best ?? earlyStopping?.metric ?? "accuracy";
}

/** Values of one key whose runs would have one folder on some systems. */
function sharedFolders(axes: readonly SearchAxis[]): Problem[] {
  return axes.flatMap((axis) => {
    const owners = new Map<string, string>();
    return (axis.kind === "choice" ? axis.values : []).flatMap((override) => {
      const name = variantName([override]);
      const owner = owners.get(foldedName(name));
      owners.set(foldedName(name), name);
      return owner === undefined || override.place === undefined ? [] : [{
        ...override.place,
        message: `'${owner}' and '${name}' would share a folder on Windows and macOS: leave one of them out`,
      }];
    });
  });
}
