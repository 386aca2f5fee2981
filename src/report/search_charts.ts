import { keyLabels } from "../experiment/variant_name.ts";
import type { SearchedKey, SearchRecord, SearchTrial } from "../results/run_files.ts";
import { isLowerBetter, METRIC_KEYS } from "../search/trial.ts";
import { valueText } from "../search/wording.ts";

/** Parallel coordinates: a vertical axis for each searched key and for the metric, a line for each configuration. */
export interface ParallelChart {
  readonly axes: readonly {
    readonly name: string;
    /** @param at from 0, at the bottom, to 1 */
    readonly ticks: readonly { readonly at: number; readonly label: string }[];
  }[];
  readonly lines: readonly {
    readonly name: string;
    /** Where it crosses each axis. */
    readonly at: readonly number[];
    readonly kind: "best" | "whole" | "stopped";
    /** Its value of the metric. */
    readonly value: string;
  }[];
}

/** The best value of a metric by the steps that all configurations have steps together. */
export interface BestSoFarChart {
  readonly metric: string;
  /** Whether the metric is a share. */
  readonly isShare: boolean;
  readonly points: readonly {
    readonly steps: number;
    readonly value: number;
    readonly best: number;
    readonly name: string;
  }[];
}

/** The configurations of a search that were measured, as lines. */
export function parallelChart({ space, trials, metric, best }: SearchRecord): ParallelChart {
  const measured = trials.flatMap((trial, i) => {
    const rung = trial.failure === undefined ? trial.rungs.at(-1) : undefined;
    return rung === undefined ? [] : [{ trial, rung, isBest: i === best }];
  });
  const values = measured.map(({ rung: { value } }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const labels = keyLabels(space.map(({ key }) => key));
  return {
    axes: [
      ...space.map((axis, i) => ({ name: labels[i]!, ticks: ticksOf(axis) })),
      {
        name: METRIC_KEYS[metric],
        ticks: [...new Set([least, most])].map((value) => ({
          at: share(value, least, most),
          label: valueText(METRIC_KEYS[metric], value),
        })),
      },
    ],
    lines: measured.map(({ trial, rung, isBest }) => ({
      name: trial.variant,
      at: [...space.map((axis) => placeOn(axis, trial.settings[axis.key])), share(rung.value, least, most)],
      kind: isBest ? "best" : rung.step === trial.steps ? "whole" : "stopped",
      value: valueText(METRIC_KEYS[metric], rung.value),
    })),
  };
}

function ticksOf(axis: SearchedKey): { at: number; label: string }[] {
  const values = axis.values ?? [axis.from, axis.to];
  return values.map((value) => ({
    at: placeOn(axis, value),
    label: typeof value === "string" ? value : JSON.stringify(value),
  }));
}

/** Where a value lies on the axis of its key, from 0 to 1. */
function placeOn({ values, from = 0, to = 1, scale }: SearchedKey, value: unknown): number {
  if (values !== undefined) {
    const written = JSON.stringify(value);
    return share(values.findIndex((one) => JSON.stringify(one) === written), 0, values.length - 1);
  }
  const scaled = (one: number) => scale === "log" ? Math.log(one) : one;
  return share(scaled(Number(value)), scaled(from), scaled(to));
}

function share(value: number, least: number, most: number): number {
  return most > least ? (value - least) / (most - least) : 0.5;
}

/** How the best value grew while a search went on: rung by rung, in the order of the draws. */
export function bestSoFarChart({ trials, metric }: SearchRecord): BestSoFarChart {
  const rungs = trials.reduce((most, { rungs }) => Math.max(most, rungs.length), 0);
  const inOrder = Array.from({ length: rungs }, (_, rung) => trials.flatMap((trial) => stepsTo(trial, rung)))
    .flat();
  let sum = 0;
  let best: number | undefined;
  const points = inOrder.map(({ name, steps, value }) => {
    sum += steps;
    const isBetter = best === undefined || (isLowerBetter(metric) ? value < best : value > best);
    if (isBetter) best = value;
    return { steps: sum, value, best: best ?? value, name };
  });
  return { metric: METRIC_KEYS[metric], isShare: !isLowerBetter(metric), points };
}

/** What a configuration took to a rung from the one below, where it reached it. */
function stepsTo(
  { variant, rungs }: SearchTrial,
  rung: number,
): { readonly name: string; readonly steps: number; readonly value: number }[] {
  const reached = rungs[rung];
  if (reached === undefined) return [];
  return [{ name: variant, steps: reached.step - (rungs[rung - 1]?.step ?? 0), value: reached.value }];
}
