/**
 * Charts over an axis that the charts of a page share: steps, standard errors; and over a swept key.
 */
import { d3, Plot } from "./libraries.js";
import { phrase } from "./words.js";
import {
  domainOf,
  isNarrow,
  legend,
  legendMargin,
  percent,
  plot,
  seriesColour,
  shareFormat,
  TIP,
} from "./frame.js";

/** The axis of steps, from the first step of all to the last step of any chart. */
const steps = (place, [, last]) => ({
  label: `${phrase("step")} →`,
  domain: [0, last],
  ticks: Math.min(last, isNarrow(place) ? 4 : 8),
});

/** The steps that a chart shows. */
export const stepsOf = (points) => points.map(({ step }) => step);

const PARTS = ["training", "validation"];

/** The loss by step, in training and in validation. @param points [{ step, loss, part }] */
export const lossChart = (place, points, domain) => {
  const parts = PARTS.filter((part) => points.some((point) => point.part === part));
  const colour = ({ part }) => seriesColour(PARTS.indexOf(part));
  // A single point has no line.
  const dotted = parts.flatMap((part) => {
    const own = points.filter((point) => point.part === part);
    return part === "validation" || own.length === 1 ? own : [];
  });
  return plot(place, {
    marginTop: legendMargin(parts),
    x: steps(place, domain),
    y: { label: `↑ ${phrase("loss")}`, grid: true, domain: domainOf(points.map(({ loss }) => loss), 0.05) },
    marks: [
      ...legend(place, parts.map(phrase)),
      Plot.lineY(points, { x: "step", y: "loss", z: "part", stroke: colour }),
      Plot.dot(dotted, { x: "step", y: "loss", fill: colour, r: 3 }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "step",
          y: "loss",
          ...TIP,
          title: ({ step, part, loss }) => `${phrase("step")} ${step}\n${phrase(part)}: ${loss.toFixed(4)}`,
        }),
      ),
    ],
  });
};

/** The accuracy by step, in validation. @param points [{ step, accuracy }] */
export const accuracyChart = (place, points, domain) => {
  const values = points.map(({ accuracy }) => accuracy);
  const shown = domainOf(values, 0.02);
  return plot(place, {
    x: steps(place, domain),
    y: {
      label: `↑ ${phrase("accuracy")}`,
      grid: true,
      domain: shown,
      tickFormat: shareFormat(shown),
    },
    marks: [
      Plot.lineY(points, { x: "step", y: "accuracy", stroke: seriesColour(1) }),
      Plot.dot(points, { x: "step", y: "accuracy", fill: seriesColour(1), r: 3 }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "step",
          y: "accuracy",
          ...TIP,
          title: ({ step, accuracy }) => `${phrase("step")} ${step}: ${percent(accuracy)}`,
        }),
      ),
    ],
  });
};

/** The test accuracy over a swept key. @param sweep { key, log, means, points } */
export const sweepChart = (place, { key, log, metric, means, points }) => {
  const names = [...new Set(means.map(({ series }) => series))];
  const shown = names.length > 1 ? names : [];
  const colour = ({ series }) => seriesColour(names.indexOf(series));
  const ends = means.flatMap(({ mean, sd }) => [mean - (sd ?? 0), mean + (sd ?? 0)]);
  const heights = [...ends, ...points.map(({ y }) => y)];
  return plot(place, {
    height: (isNarrow(place) ? 240 : 280) + legendMargin(shown),
    marginTop: legendMargin(shown),
    x: {
      label: `${key} →`,
      type: log ? "log" : "linear",
      ...(log
        ? { ticks: [...new Set(means.map(({ x }) => x))], tickFormat: String }
        : { ticks: isNarrow(place) ? 4 : 6 }),
    },
    y: {
      label: `↑ ${phrase(`test_${metric}`)}`,
      grid: true,
      domain: domainOf(heights, 0.02),
      tickFormat: shareFormat(heights),
    },
    marks: [
      ...legend(place, shown),
      Plot.ruleX(means.filter(({ sd }) => sd !== null), {
        x: "x",
        y1: ({ mean, sd }) => mean - sd,
        y2: ({ mean, sd }) => mean + sd,
        stroke: colour,
        strokeOpacity: 0.6,
        className: "spread",
      }),
      Plot.lineY(means, { x: "x", y: "mean", z: "series", stroke: colour, className: "series" }),
      Plot.dot(points, { x: "x", y: "y", fill: colour, r: 2, fillOpacity: 0.6, className: "points" }),
      Plot.dot(means, { x: "x", y: "mean", fill: colour, r: 4, className: "means" }),
      Plot.tip(
        means,
        Plot.pointer({
          x: "x",
          y: "mean",
          ...TIP,
          title: ({ x, series, mean, sd }) =>
            `${key} ${x}${series ? `\n${series}` : ""}\n${percent(mean)}${
              sd === null ? "" : ` ± ${(100 * sd).toFixed(1)}`
            }`,
        }),
      ),
    ],
  });
};

/** The standard errors that a chart of differences shows. */
export const errorsOf = (rows) => [0, ...rows.flatMap(({ low, high, value }) => [low, high, value])];

const TONE = { better: "var(--good)", worse: "var(--bad)" };

/** Differences with their intervals. @param metrics [{ metric, value, low, high, verdict, text }] */
export const intervalsChart = (place, metrics, domain) => {
  const rows = metrics.map((row) => ({ ...row, name: phrase(row.metric) }));
  const tone = ({ verdict }) => TONE[verdict] ?? "var(--soft)";
  return plot(place, {
    height: 60 + 34 * rows.length,
    marginLeft: 120,
    x: { label: null, grid: true, domain: d3.nice(...domain, 8), ticks: isNarrow(place) ? 4 : 8 },
    y: { label: null, domain: rows.map(({ name }) => name) },
    marks: [
      Plot.ruleX([0], { stroke: "var(--soft)" }),
      Plot.ruleY(rows, {
        y: "name",
        x1: "low",
        x2: "high",
        strokeWidth: 3,
        stroke: tone,
        className: "interval",
      }),
      Plot.dot(rows, { y: "name", x: "value", r: 5, fill: tone, className: "delta" }),
      Plot.tip(
        rows,
        Plot.pointer({ y: "name", x: "value", ...TIP, title: ({ name, text }) => `${name}: ${text}` }),
      ),
    ],
  });
};
