/**
 * Charts of the test set that are about as high as they are wide.
 */
import { d3, Plot } from "./libraries.js";
import { phrase } from "./words.js";
import { isNarrow, labelWidth, percent, plot, seriesColour, shortened, TIP } from "./frame.js";

/** The widest cells of a confusion matrix, and the highest, in px. */
const CELL = { width: 90, height: 62 };

/** The height of a label, and the least size of a number that can be read, in px. */
const LINE = 13;
const READABLE = 6;

/**
 * How many examples of each class were predicted as which. Names that do not fit are shortened; those of columns that are wider than
 * their column stand upright.
 *
 * @param matrix { classes, counts }: counts[i][j] examples of class i predicted as class j
 */
export const confusionChart = (place, { classes, counts }) => {
  const cells = classes.flatMap((label, i) =>
    classes.map((predicted, j) => ({
      label,
      predicted,
      count: counts[i][j],
      share: counts[i][j] / (d3.sum(counts[i]) || 1),
    }))
  );
  const room = Math.min(d3.max(classes, labelWidth), isNarrow(place) ? 90 : 180);
  const left = room + 36;
  const cellWidth = Math.min(CELL.width, (place.clientWidth - left - 8) / classes.length);
  const cellHeight = Math.min(CELL.height, Math.max(22, cellWidth));
  const isUpright = room > cellWidth - 6;
  const top = (isUpright ? room : 14) + 38;
  const digits = `${d3.max(counts.flat())}`.length;
  const size = Math.min(15, cellWidth / (0.7 * digits), cellHeight - 6);
  // Columns that are narrower than a line have no room for all of their names.
  const spacing = isUpright ? Math.ceil(LINE / cellWidth) : 1;
  const name = (text) => shortened(text, room);
  return plot(place, {
    width: Math.max(200, left + cellWidth * classes.length + 8),
    height: top + cellHeight * classes.length + 8,
    marginLeft: left,
    marginTop: top,
    marginBottom: 8,
    marginRight: 8,
    padding: 0,
    x: { domain: classes, label: null },
    y: { domain: classes, label: null },
    opacity: { type: "identity" },
    marks: [
      Plot.axisY({ tickFormat: name, tickSize: 0, label: null }),
      Plot.axisX(classes.filter((_, i) => i % spacing === 0), {
        anchor: "top",
        tickFormat: name,
        tickSize: 0,
        label: null,
        tickRotate: isUpright ? -90 : 0,
      }),
      Plot.text([`${phrase("label")} ↓  ${phrase("predicted")} →`], {
        frameAnchor: "top-left",
        textAnchor: "start",
        dx: -left,
        dy: 6 - top,
        lineAnchor: "top",
      }),
      Plot.cell(cells, { x: "predicted", y: "label", fill: "var(--panel)", inset: 1, rx: 4 }),
      Plot.cell(cells, {
        x: "predicted",
        y: "label",
        fill: seriesColour(0),
        fillOpacity: "share",
        inset: 1,
        rx: 4,
        className: "confusion-share",
      }),
      Plot.text(size < READABLE ? [] : cells, {
        x: "predicted",
        y: "label",
        text: ({ count }) => `${count}`,
        fontSize: size,
        fill: ({ share }) => share > 0.55 ? "var(--paper)" : "var(--ink)",
        className: "confusion-count",
      }),
      Plot.tip(
        cells,
        Plot.pointer({
          x: "predicted",
          y: "label",
          ...TIP,
          title: ({ label, predicted, count, share }) =>
            `${phrase("label")} ${label}, ${phrase("predicted")} ${predicted}: ${count} (${percent(share)})`,
        }),
      ),
    ],
  });
};

/** How often predictions are right against how confident they are. @param all [{ confidence, accuracy, count }] */
export const reliabilityChart = (place, all) => {
  const bins = all.filter(({ count }) => count > 0);
  const side = Math.min(place.clientWidth, 380);
  const share = { domain: [0, 1], tickFormat: ".0%", ticks: 5 };
  return plot(place, {
    width: side,
    height: side,
    x: { ...share, label: `${phrase("confidence")} →` },
    y: { ...share, label: `↑ ${phrase("accuracy")}`, grid: true },
    r: { range: [0, 14] },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "var(--soft)", strokeDasharray: "4 4" }),
      Plot.link(bins, {
        x1: "confidence",
        x2: "confidence",
        y1: "confidence",
        y2: "accuracy",
        stroke: seriesColour(1),
        strokeWidth: 1.5,
      }),
      Plot.dot(bins, {
        x: "confidence",
        y: "accuracy",
        r: "count",
        fill: seriesColour(0),
        fillOpacity: 0.75,
      }),
      Plot.tip(
        bins,
        Plot.pointer({
          x: "confidence",
          y: "accuracy",
          ...TIP,
          title: ({ confidence, accuracy, count }) =>
            `${phrase("confidence")} ${percent(confidence)}\n${phrase("accuracy")} ${percent(accuracy)}\n${
              phrase("examples")
            } ${count}`,
        }),
      ),
    ],
  });
};
