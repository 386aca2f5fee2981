import { max, min } from "simple-statistics";
import { keyPath } from "../experiment/override.ts";
import { partAt } from "../experiment/schema_part.ts";
import { keyLabels } from "../experiment/variant_name.ts";
import type { Summary, SummaryGroup } from "../results/summary.ts";
import { metricValue, withoutSeed } from "../results/summary.ts";

/** A metric of the test sets over one swept key, a line for each combination of the other keys. */
export interface SweepPlot {
  /** The key's path. */
  readonly key: string;
  /** The accuracy or, where no run has classes, how often a generated text is an exact match. */
  readonly metric: "accuracy" | "exact_match";
  /** Whether the key's values are so far apart that a logarithmic axis shows them better. */
  readonly log: boolean;
  readonly means: readonly {
    readonly x: number;
    readonly mean: number;
    readonly sd: number | null;
    readonly series: string;
  }[];
  /** Single runs. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly series: string }[];
}

/** From this ratio of the largest to the smallest value on, an axis is logarithmic. */
const WIDE = 8;

/** Whether the schema lets a key be any number above 0, as it does a learning rate: values of such a key differ by factors. */
function isScale(key: string): boolean {
  const part = partAt(keyPath(key));
  return part?.type === "number" && part.exclusiveMinimum === 0 && part.maximum === undefined &&
    part.exclusiveMaximum === undefined;
}

/** A plot for each numeric swept key that takes several values; none where the runs have no metric to plot. */
export function sweepPlots(summary: Summary): SweepPlot[] {
  const { rows } = summary;
  const metric = (["accuracy", "exact_match"] as const).find((one) =>
    summary.groups.some(({ test }) => test[one] !== undefined)
  );
  if (metric === undefined) return [];
  const groups = summary.groups.filter(({ test }) => test[metric] !== undefined);
  const keys = [...new Set(groups.flatMap(({ settings }) => Object.keys(settings)))];
  const numeric = keys.filter((key) => {
    const values = groups.flatMap(({ settings }) => Object.hasOwn(settings, key) ? [settings[key]] : []);
    return new Set(values).size > 1 && values.every((value) => typeof value === "number");
  });
  const isMixed = new Set(groups.map(({ experiment }) => experiment)).size > 1;
  return numeric.map((key) => {
    const series = (one: Pick<SummaryGroup, "experiment" | "settings">) => seriesName(one, key, isMixed);
    const swept = groups.flatMap((group) => {
      const x = Object.hasOwn(group.settings, key) ? group.settings[key] : undefined;
      return typeof x === "number" ? [{ group, x }] : [];
    });
    const values = swept.map(({ x }) => x);
    return {
      key,
      metric,
      log: min(values) > 0 && (isScale(key) || max(values) / min(values) >= WIDE),
      means: swept.flatMap(({ group, x }) => {
        const found = group.test[metric];
        return found ? [{ x, mean: found.mean, sd: found.sd, series: series(group) }] : [];
      }).sort((a, b) => a.x - b.x),
      points: rows.flatMap(({ experiment, settings, metrics }) => {
        const x = Object.hasOwn(settings, key) ? settings[key] : undefined;
        const y = metrics && metricValue(metrics.test, metric);
        if (y === undefined || typeof x !== "number") return [];
        return [{
          x,
          y,
          series: series({ experiment, settings: withoutSeed(settings) }),
        }];
      }),
    };
  });
}

/** The label of a line: the other keys' values, and the experiment where there are several. */
function seriesName(
  { experiment, settings }: Pick<SummaryGroup, "experiment" | "settings">,
  key: string,
  isMixed: boolean,
): string {
  const others = Object.keys(settings).filter((other) => other !== key);
  const labels = keyLabels(others);
  return [
    ...(isMixed ? [experiment] : []),
    ...others.map((other, i) => {
      const value = settings[other];
      return `${labels[i]}=${typeof value === "string" ? value : JSON.stringify(value)}`;
    }),
  ].join(", ");
}
