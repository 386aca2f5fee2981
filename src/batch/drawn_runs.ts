import { Draws } from "../search/draws.ts";
import type { Configuration } from "../search/trial.ts";
import { drawRound, NoRound, type Round } from "../search/round.ts";
import { totalSteps, validationInterval } from "../training/trainer.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { prepare } from "../run/prepare.ts";
import type { ResourceCache } from "../run/resource_cache.ts";
import { type PlannedRun, plannedRun, type PlannedSearch } from "./plan.ts";

/** A run that a search has drawn. */
export interface DrawnRun extends Configuration {
  readonly run: PlannedRun;
}

/** The runs of a search, in the order in which they are drawn. */
export class DrawnRuns {
  private readonly draws: Draws;

  /** @param results the folder of all results */
  constructor(
    private readonly planned: PlannedSearch,
    private readonly results: string,
    private readonly resources: ResourceCache,
  ) {
    const { search } = planned;
    this.draws = new Draws(search.axes, search.seed);
  }

  /**
   * The next run; `undefined` where there are no others.
   *
   * @throws {InputError} where its values do not go together, or what it names is missing or unsuitable
   */
  readonly next = async (): Promise<DrawnRun | undefined> => {
    const { search, file } = this.planned;
    const values = this.draws.next();
    if (values === undefined) return undefined;
    const variant = search.variant(values);
    const run = plannedRun(variant, file, this.results);
    const { dataset, contentHash } = await withPlaces(run, () => prepare(run, this.resources));
    const { training } = variant.experiment;
    return {
      run,
      variant: run.variant,
      settings: Object.fromEntries(values.map(({ path, value }) => [path.join("."), value])),
      contentHash,
      steps: totalSteps(training, dataset.train.length),
      validateEvery: validationInterval(training, dataset.train.length),
    };
  };

  /** The first runs that the budget pays for. @throws {ExperimentError} where it pays for none, with the place in the file */
  async firstRound(): Promise<Round<DrawnRun>> {
    const { search } = this.planned;
    return await placed(this.planned, () => drawRound(search, this.next));
  }
}

/** Runs an action; where no round can be drawn, the error names the place in the file, and the way out. */
export async function placed<Result>(
  { search }: Pick<PlannedSearch, "search">,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof NoRound)) throw error;
    const { reason, first: { steps } } = error;
    if (reason === "one validation") {
      throw search.problem(
        ["search", "method"],
        `'halving' compares runs at several of their validations, and these have one in ${steps} steps: set 'training.validateEvery' to a third of that or less, or 'search.method: random'`,
      );
    }
    const [unit = "steps"] = Object.keys(search.budget);
    throw search.problem(
      ["search", "budget", unit],
      `the budget is less than one run, which has ${steps} steps: raise it`,
    );
  }
}
