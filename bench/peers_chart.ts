import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Comparison } from "./comparison.ts";

/** What is drawn of a comparison, in this order. */
const STEPS = {
  "own forward pass": "forward_ms",
  "our step": "step_ms",
  "PyTorch's, with care": "careful_ms",
  "PEFT's": "peft_ms",
  "jax-js's": "jax_js_ms",
} as const satisfies Readonly<Record<string, keyof Comparison>>;

/** Milliseconds a step on a logarithmic scale, as an SVG file. */
export function drawComparisons(results: readonly Comparison[]): string {
  const points = results.flatMap((one) =>
    Object.entries(STEPS).flatMap(([what, key]) => {
      const ms = one[key];
      return ms === undefined ? [] : [{ where: `${one.shape}, ${one.batch}, ${one.device}`, what, ms }];
    })
  );
  const places = [...new Set(points.map(({ where }) => where))];
  const { document } = parseHTML("<html><body></body></html>") as unknown as {
    document: NonNullable<Plot.PlotOptions["document"]>;
  };
  const chart = Plot.plot({
    document,
    width: 720,
    height: 60 + 90 * places.length,
    marginLeft: 150,
    marginRight: 90,
    style: { background: "white" },
    x: { type: "log", label: "milliseconds" },
    y: {
      label: null,
      domain: Object.keys(STEPS),
    },
    fy: { label: null, domain: places },
    marks: [
      Plot.ruleY(points, {
        fy: "where",
        y: "what",
        x1: Math.min(...points.map(({ ms }) => ms)) / 2,
        x2: "ms",
      }),
      Plot.dot(points, { fy: "where", y: "what", x: "ms", fill: "black" }),
      Plot.text(points, {
        fy: "where",
        y: "what",
        x: "ms",
        text: ({ ms }) => ms.toPrecision(3),
        dx: 8,
        textAnchor: "start",
      }),
    ],
  });
  chart.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${chart.outerHTML}\n`;
}
