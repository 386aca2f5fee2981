/**
 * Charts of a search: what was tried, and how the best grew.
 */
import { d3, Plot } from "./libraries.js";
import { phrase } from "./words.js";
import { domainOf, isNarrow, percent, plot, seriesColour, shareFormat, shortened, TIP } from "./frame.js";

/** How lines look; the first lie above the others. */
const LINES = {
  best: { stroke: "var(--good)", opacity: 1 },
  whole: { stroke: seriesColour(0), opacity: 0.8 },
  stopped: { stroke: "var(--soft)", opacity: 0.45 },
};

/** Parallel coordinates. @param data { axes: [{ name, ticks }], lines: [{ name, at, kind, value }] } */
export const parallelChart = (place, { axes, lines }) => {
  const metric = axes.length - 1;
  const label = (i) =>
    shortened(i === metric ? phrase(axes[i].name) : axes[i].name, place.clientWidth / axes.length);
  const points = Object.keys(LINES).toReversed().flatMap((kind) =>
    lines.filter((line) => line.kind === kind).flatMap((line) =>
      line.at.map((at, axis) => ({ ...line, axis, at }))
    )
  );
  const ticks = axes.flatMap(({ ticks }, axis) => ticks.map((tick) => ({ ...tick, axis })));
  return plot(place, {
    marginLeft: 60,
    marginRight: 90,
    marginTop: 34,
    x: {
      type: "point",
      padding: 0,
      domain: d3.range(axes.length),
      axis: "top",
      tickFormat: label,
      label: null,
      tickSize: 0,
    },
    y: { axis: null, domain: [0, 1] },
    marks: [
      Plot.ruleX(d3.range(axes.length), { stroke: "var(--line)" }),
      Plot.line(points, {
        x: "axis",
        y: "at",
        z: "name",
        stroke: ({ kind }) => LINES[kind].stroke,
        strokeWidth: 1.5,
        strokeOpacity: ({ kind }) => LINES[kind].opacity,
        className: "trials",
      }),
      Plot.text(ticks, {
        x: "axis",
        y: "at",
        text: ({ label }) => shortened(label, 80),
        dx: 6,
        textAnchor: "start",
        fill: "var(--ink)",
        stroke: "var(--panel)",
        strokeWidth: 4,
        className: "ticks",
      }),
      Plot.tip(
        points,
        Plot.pointer({ x: "axis", y: "at", ...TIP, title: ({ name, value }) => `${name}\n${value}` }),
      ),
    ],
  });
};

/** The best value by steps. @param data { metric, isShare, points: [{ steps, value, best, name }] } */
export const bestSoFarChart = (place, { metric, isShare, points }) => {
  const shown = domainOf(points.map(({ value }) => value), 0.02);
  const text = (value) => isShare ? percent(value) : value.toPrecision(4);
  return plot(place, {
    x: { label: `${phrase("steps_of_all")} →`, ticks: isNarrow(place) ? 4 : 8 },
    y: {
      label: `↑ ${phrase(metric)}`,
      grid: true,
      domain: shown,
      ...(isShare && { tickFormat: shareFormat(shown) }),
    },
    marks: [
      Plot.dot(points, {
        x: "steps",
        y: "value",
        r: 2.5,
        fill: "var(--soft)",
        fillOpacity: 0.7,
        className: "points",
      }),
      Plot.line(points, {
        x: "steps",
        y: "best",
        curve: "step-after",
        stroke: seriesColour(0),
        strokeWidth: 2,
        className: "best",
      }),
      Plot.tip(
        points,
        Plot.pointer({
          x: "steps",
          y: "value",
          ...TIP,
          title: ({ steps, value, name }) => `${name}\n${phrase("step")} ${steps}: ${text(value)}`,
        }),
      ),
    ],
  });
};
