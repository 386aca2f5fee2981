import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A mean over seeds with its 95% interval. */
export interface Point {
  readonly x: number;
  readonly series: string;
  /** Accuracies, as shares. */
  readonly mean: number;
  readonly interval: readonly [number, number] | null;
}

/** A result by its name, on one kind of data. */
export interface Bar {
  readonly name: string;
  readonly data: string;
  readonly mean: number;
  readonly interval: readonly [number, number] | null;
}

/** Accuracy over a number, a line for each series, as an SVG file. */
export function drawLines(points: readonly Point[], label: string): string {
  const series = [...new Set(points.map((point) => point.series))];
  const ticks = new Set(points.map(({ x }) => x));
  // Series are shifted a little, so that their intervals can be distinguished.
  const beside = points.map((point) => ({
    ...point,
    x: point.x * BESIDE ** (series.indexOf(point.series) - (series.length - 1) / 2),
  }));
  const ends = beside.filter(({ interval }) => interval !== null);
  const of = { x: "x", stroke: "series" } as const;
  return svg({
    width: 640,
    height: 360,
    marginBottom: 44,
    inset: 8,
    x: { type: "log", label, labelOffset: 38 },
    y: { label: "test accuracy, %", grid: true },
    color: { legend: false, domain: series, range: COLOURS },
    marks: [
      // Every tick is named explicitly, as a logarithmic axis leaves out names where it has many.
      Plot.axisX([...ticks], { text: String }),
      Plot.ruleX(ends, {
        ...of,
        y1: ({ interval }) => 100 * interval![0],
        y2: ({ interval }) => 100 * interval![1],
        strokeOpacity: 0.5,
      }),
      Plot.line(beside, { ...of, y: percent }),
      Plot.dot(beside, { ...of, y: percent, fill: "white" }),
      Plot.text(namesOf(points), {
        x: "x",
        y: "y",
        text: "series",
        fill: "series",
        dx: 10,
        textAnchor: "start",
      }),
    ],
  });
}

/** The names of series beside their last points, without overlap. */
function namesOf(
  points: readonly Point[],
): { readonly x: number; readonly y: number; readonly series: string }[] {
  const values = points.flatMap(({ mean, interval }) => interval ?? [mean]).map((value) => 100 * value);
  const apart = (Math.max(...values) - Math.min(...values)) / NAMES_APART;
  const last = [...Map.groupBy(points, ({ series }) => series).values()].map((line) => line.at(-1)!);
  let above = Infinity;
  const right = BESIDE ** (last.length / 2);
  return last.toSorted((a, b) => b.mean - a.mean).map((point) => {
    above = Math.min(percent(point), above - apart);
    return { x: point.x * right, y: above, series: point.series };
  });
}

/** Accuracies by name, a panel for each kind of data, as an SVG file. */
export function drawBars(bars: readonly Bar[]): string {
  const ends = bars.filter(({ interval }) => interval !== null);
  return svg({
    width: 640,
    height: 60 + 26 * bars.length,
    marginLeft: 170,
    marginBottom: 44,
    insetLeft: 16,
    insetRight: 16,
    x: { label: "accuracy, %", labelOffset: 38, grid: true },
    y: { label: null, domain: [...new Set(bars.map(({ name }) => name))] },
    fy: { label: null, domain: [...new Set(bars.map(({ data }) => data))] },
    marks: [
      Plot.ruleY(ends, {
        fy: "data",
        y: "name",
        x1: ({ interval }) => 100 * interval![0],
        x2: ({ interval }) => 100 * interval![1],
        strokeOpacity: 0.5,
      }),
      Plot.dot(bars, { fy: "data", y: "name", x: percent, fill: "black" }),
      Plot.text(bars, {
        fy: "data",
        y: "name",
        x: percent,
        text: (bar) => percent(bar).toFixed(1),
        dy: -9,
      }),
    ],
  });
}

const COLOURS = ["#4269d0", "#d9730d", "#2f9e62", "#b84a9b"];

/** How far apart the points of two series are on a logarithmic axis, and the part of the height that a name takes. */
const BESIDE = 1.04;
const NAMES_APART = 20;

function percent({ mean }: { readonly mean: number }): number {
  return 100 * mean;
}

function svg(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html><body></body></html>") as unknown as {
    document: NonNullable<Plot.PlotOptions["document"]>;
  };
  const chart = Plot.plot({
    marginRight: 130,
    style: { background: "white", fontSize: "12px" },
    ...options,
    document,
  });
  chart.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${chart.outerHTML}\n`;
}
