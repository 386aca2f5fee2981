import type { SearchMetric } from "../experiment/search_file.ts";
import type { SearchRung } from "../results/run_files.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { costs, drawRound, limitOf, type Spending } from "./round.ts";
import { REDUCTION, rungSteps } from "./rungs.ts";
import { bestUpTo, type Configuration, ranked, type Trial } from "./trial.ts";

/** A run that a search asks for, from where it is to the step that it stops after. */
export interface AskedRun<Drawn extends Configuration> {
  readonly configuration: Drawn;
  readonly stopAfter: number;
}

/** What came of it. */
export type MeasuredRun =
  | { readonly history: readonly HistoryLine[]; readonly seconds: number }
  | { readonly failure: string };

/** What a search does its work with. */
export interface SearchTools<Drawn extends Configuration> {
  /** Draws the next configuration; `undefined` where there are no others. */
  next(): Promise<Drawn | undefined>;
  /** Tunes some configurations up to a rung. @param rung from 0 */
  tune(asked: readonly AskedRun<Drawn>[], rung: number): Promise<readonly MeasuredRun[]>;
  /** The number of configurations that can be tuned at a time. */
  readonly atOnce: number;
  /** What was measured before at a step of a configuration. */
  known(configuration: Drawn, step: number): SearchRung | undefined;
  /** Keeps what has been measured so far. */
  keep(trials: readonly Trial<Drawn>[]): Promise<void>;
  /** Some configurations go on no further. */
  endTrials(lost: readonly Drawn[]): Promise<void>;
}

/**
 * Draws configurations and compares them on the validation set, at the end of their runs, or by successive halving (Jamieson & Talwalkar
 * 2016), where the best third on each rung goes on from its checkpoints. It does the same again from the same draws: what was measured
 * before is taken over.
 */
export class Search<Drawn extends Configuration> {
  /** What has been tried, in the order of the draws. */
  private readonly trials: Trial<Drawn>[] = [];

  constructor(
    private readonly spending: Spending,
    private readonly metric: SearchMetric,
    private readonly tools: SearchTools<Drawn>,
  ) {}

  /**
   * Searches until the budget is spent, or nothing is left to draw.
   *
   * @returns what was tried, in the order of the draws
   * @throws {NoRound} where the budget is too small, or runs have too few validations for the method
   */
  async run(): Promise<Trial<Drawn>[]> {
    do {
      const round = await drawRound(this.spending, this.tools.next);
      if (round.configurations.length === 0) break;
      const own = round.configurations.map((configuration): Trial<Drawn> => ({ configuration, rungs: [] }));
      this.trials.push(...own);
      await this.climb(own, round.rungs);
    } while (this.limit !== undefined && !this.isOver);
    return this.trials.filter(({ rungs, failure }) => rungs.length > 0 || failure !== undefined);
  }

  /** The seconds of a budget of time. */
  private get limit(): number | undefined {
    return this.spending.budget.seconds;
  }

  private get isOver(): boolean {
    return this.limit !== undefined && secondsOf(this.trials) >= this.limit;
  }

  /** Tunes the configurations of a round up to its rungs, the best ones further. @param rungs their number */
  private async climb(own: readonly Trial<Drawn>[], rungs: number): Promise<void> {
    const { spending, metric, tools } = this;
    let spent = 0;
    let going = own;
    for (let rung = 0; rung < rungs; rung++) {
      await this.reach(going, rung, rungs);
      if (rung === rungs - 1 || this.isOver) break;
      spent += costOf(going, rung, rungs, spending);
      const best = ranked(going, rung, metric).slice(0, Math.max(1, Math.floor(going.length / REDUCTION)));
      // Configurations whose runs are longer than others' cost more than the mean.
      while (best.length > 1 && spent + costOf(best, rung + 1, rungs, spending) > limitOf(spending.budget)) {
        best.pop();
      }
      await tools.endTrials(
        going.filter((one) => !best.includes(one)).map(({ configuration }) => configuration),
      );
      going = best;
    }
  }

  /** Tunes configurations up to a rung, from where they are. */
  private async reach(going: readonly Trial<Drawn>[], rung: number, rungs: number): Promise<void> {
    const asked = going.map(({ configuration }) => ({
      configuration,
      stopAfter: rungSteps(configuration, rungs)[rung]!,
    }));
    const open = going.flatMap((trial, i) => {
      const known = this.tools.known(trial.configuration, asked[i]!.stopAfter);
      if (known === undefined) return [{ trial, asked: asked[i]! }];
      trial.rungs = [...trial.rungs, known];
      return [];
    });
    const together = this.limit === undefined ? Math.max(1, open.length) : this.tools.atOnce;
    for (let from = 0; from < open.length && !this.isOver; from += together) {
      const some = open.slice(from, from + together);
      const measured = await this.tools.tune(some.map(({ asked }) => asked), rung);
      for (const [i, { trial, asked }] of some.entries()) this.record(trial, asked.stopAfter, measured[i]!);
      await this.tools.keep(this.trials);
    }
  }

  private record(trial: Trial<Drawn>, step: number, measured: MeasuredRun): void {
    if ("failure" in measured) {
      trial.failure = measured.failure;
      return;
    }
    const best = bestUpTo(step, measured.history, this.metric);
    if (best === undefined) trial.failure = `${this.metric} was not measured up to step ${step}`;
    else trial.rungs = [...trial.rungs, { step, ...best, seconds: measured.seconds }];
  }
}

/** What trials cost that are tuned up to a rung from the one below, in the unit of the budget. */
function costOf(
  trials: readonly Trial[],
  rung: number,
  rungs: number,
  { budget }: Spending,
): number {
  return trials.reduce((sum, { configuration }) => sum + costs(configuration, rungs, budget)[rung]!, 0);
}

/** The time that trials took. */
function secondsOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, { rungs }) => sum + (rungs.at(-1)?.seconds ?? 0), 0);
}
