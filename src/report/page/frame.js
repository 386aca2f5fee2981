/**
 * What all charts have in common. Their colours are the variables of the style sheet, so that a chart is dark where the page is,
 * and light on paper, without being drawn again.
 */
import { d3, Plot } from "./libraries.js";

const SERIES = 6;

/** The colour of the style sheet for a series, by its index. */
export const seriesColour = (index) => `var(--c${index % SERIES + 1})`;

/** How the tips of charts look. */
export const TIP = { fill: "var(--panel)", stroke: "var(--line)" };

export const percent = d3.format(".1%");

/** Whether a place has the width of a phone. */
export const isNarrow = (place) => place.clientWidth < 480;

/** A share of an axis in per cent, with as many digits as tell its ticks apart. */
export const shareFormat = (values) => {
  const [least, most] = d3.extent(values);
  return most - least < 0.08 ? ".1%" : ".0%";
};

/** The domain of an axis: of equal values, a range around them, in which their point lies. */
export const domainOf = (values, around) => {
  const [least, most] = d3.extent(values);
  return most > least ? [least, most] : [least - around, most + around];
};

const pen = document.createElement("canvas").getContext("2d");

/** The width of a label of a chart, in px. */
export const labelWidth = (text) => {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
};

/** A label that is no wider than some px. */
export const shortened = (text, most) => {
  if (labelWidth(text) <= most) return text;
  const letters = [...text];
  const fits = d3.range(letters.length).findLast((count) =>
    labelWidth(`${letters.slice(0, count).join("")}…`) <= most
  );
  return `${letters.slice(0, fits ?? 0).join("")}…`;
};

const LEGEND_LINE = 17;

/** The room above a chart: for the label of its axis, and below that a legend of some lines. */
export const legendMargin = (names) => 28 + (names.length > 0 ? 12 + LEGEND_LINE * names.length : 0);

/** A legend within the chart, a line for each series, so that a saved chart has it, too. */
export const legend = (place, names) =>
  names.map((name, i) =>
    Plot.text([`■ ${shortened(name, place.clientWidth - 70)}`], {
      frameAnchor: "top-left",
      textAnchor: "start",
      dy: -16 - LEGEND_LINE * (names.length - i),
      fill: seriesColour(i),
      className: "legend",
    })
  );

/** A chart of a place. @param options those of Observable Plot */
export const plot = (place, options) =>
  Plot.plot({
    width: Math.max(240, Math.min(860, place.clientWidth)),
    height: isNarrow(place) ? 240 : 280,
    marginLeft: 52,
    marginBottom: 40,
    marginRight: 20,
    // The colours that functions give are those of the style sheet, and no values of a scale.
    color: { type: "identity" },
    style: {
      background: "none",
      color: "var(--ink)",
      fontSize: "12px",
      fontFamily: "inherit",
      overflow: "visible",
    },
    ...options,
  });
