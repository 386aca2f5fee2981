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

/** Accuracy over a number, a line a series, as an SVG file. */
export function drawLines(points: readonly Point[], label: string): string {
  const ends = points.filter(({ interval }) => interval !== null);
  const of = { x: "x", stroke: "series" } as const;
  return svg({
    width: 640,
    height: 360,
    x: { type: "log", label, ticks: [...new Set(points.map(({ x }) => x))], tickFormat: String },
    y: { label: "test accuracy, %", grid: true },
    color: { legend: false, domain: seriesOf(points), range: COLOURS },
    symbol: { domain: seriesOf(points) },
    marks: [
      Plot.ruleX(ends, {
        ...of,
        y1: ({ interval }) => 100 * interval![0],
        y2: ({ interval }) => 100 * interval![1],
        strokeOpacity: 0.5,
      }),
      Plot.line(points, { ...of, y: percent }),
      Plot.dot(points, { ...of, y: percent, fill: "white" }),
      Plot.text(
        points,
        Plot.selectLast({ x: "x", y: percent, z: "series", text: "series", dx: 8, textAnchor: "start" }),
      ),
    ],
  });
}

/** Accuracies by name, a panel a kind of data, as an SVG file. */
export function drawBars(bars: readonly Bar[]): string {
  const ends = bars.filter(({ interval }) => interval !== null);
  return svg({
    width: 640,
    height: 60 + 26 * bars.length,
    marginLeft: 170,
    x: { label: "accuracy, %", grid: true },
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

function seriesOf(points: readonly Point[]): string[] {
  return [...new Set(points.map(({ series }) => series))];
}

function percent({ mean }: { readonly mean: number }): number {
  return 100 * mean;
}

function svg(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<html><body></body></html>") as unknown as {
    document: NonNullable<Plot.PlotOptions["document"]>;
  };
  const chart = Plot.plot({
    marginRight: 90,
    style: { background: "white", fontSize: "12px" },
    ...options,
    document,
  });
  chart.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${chart.outerHTML}\n`;
}
