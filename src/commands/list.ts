import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { checkFolder } from "../results/check_folder.ts";
import { findRuns, type FoundRun } from "../results/found_run.ts";
import { headlineOf } from "../results/headline.ts";
import { matcher } from "../results/matching.ts";
import type { RunState } from "../results/run_states.ts";
import type { Io } from "../terminal/io.ts";
import { runListLines } from "../terminal/run_list.ts";
import { styleFor } from "../terminal/style.ts";
import type { ORDERS } from "./flag_values.ts";

/** The flags of `list`. */
export interface ListFlags {
  /** Only runs whose name matches a pattern or contains a text. */
  readonly only?: string;
  /** Only runs of these states. */
  readonly status: readonly RunState[];
  readonly sort: typeof ORDERS[number];
  readonly json: boolean;
}

/**
 * `softprompt list`: all runs in a folder of results, with what they reached.
 *
 * @throws {InputError} where there is no such folder, it holds no run, or the pattern matches none
 */
export async function list(folder: string, { only, status, sort, json }: ListFlags, io: Io): Promise<void> {
  await checkFolder(folder);
  const all = await findRuns(folder);
  if (all.length === 0) {
    throw new InputError(`${folder} holds no run: name another folder, or run an experiment first`);
  }
  const matches = only === undefined ? () => true : matcher(only);
  const matching = all.filter(({ name }) => matches(name));
  if (matching.length === 0) {
    throw new InputError(
      `--only ${only} matches none of the ${counted(all.length, "run")} in ${folder} (${
        all.slice(0, 3).map(({ name }) => name).join(", ")
      }, …)`,
    );
  }
  const runs = matching.filter(({ state }) => status.includes(state)).toSorted(BY[sort]);
  if (json) {
    io.print(
      JSON.stringify({ format: "softprompt-list/1", folder, runs: runs.map(listed) }, null, 2),
      "data",
    );
  } else if (runs.length === 0) {
    io.log(`none of ${counted(matching.length, "run")} is ${status.join(" or ")}`);
  } else for (const line of runListLines(runs, styleFor(io.hasColors.stdout), io.columns())) io.print(line);
}

/** The orders of a list: `metric` has the best first, `time` the last. */
const BY: Readonly<Record<ListFlags["sort"], (a: FoundRun, b: FoundRun) => number>> = {
  name: () => 0,
  time: (a, b) => Number(b.time ?? 0) - Number(a.time ?? 0),
  metric: (a, b) => {
    if (a.metrics === undefined || b.metrics === undefined) {
      return Number(a.metrics === undefined) - Number(b.metrics === undefined);
    }
    const [one, other] = [headlineOf(a.metrics), headlineOf(b.metrics)];
    if (one.metric !== other.metric) return one.metric < other.metric ? -1 : 1;
    const difference = (other.value ?? Infinity) - (one.value ?? Infinity);
    return (one.isHigherBetter ? difference : -difference) || 0;
  },
};

/** A run as JSON. */
function listed({ folder, name, state, time, metrics, environment, problem }: FoundRun): object {
  const headline = metrics && headlineOf(metrics);
  return {
    name,
    folder,
    status: state,
    time: time?.toISOString() ?? null,
    ...(headline && { metric: headline.metric, value: headline.value, interval: headline.interval }),
    ...(metrics && { seconds: metrics.seconds }),
    ...(environment && {
      model: environment.model.source,
      dataset: environment.dataset.name,
      device: environment.device.kind,
      seed: environment.seed,
    }),
    ...(problem !== undefined && { problem }),
  };
}
