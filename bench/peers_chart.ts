import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A shape on a device: our step, the model's own forward pass, another framework's step. */
export interface Comparison {
  /** Layers x width. */
  readonly shape: string;
  readonly device: string;
  /** The device in words: threads, adapter. */
  readonly on: string;
  readonly step_ms: number;
  readonly forward_ms: number;
  readonly step_over_forward: number;
  /** Operations of the step's matrix products. */
  readonly gflop: number;
  readonly gflops_per_second: number;
  /** What the device reaches on a matrix product alone. */
  readonly matrix_gflops_per_second: number;
  readonly share_of_matrix_rate: number;
  /** The step's time if it did nothing but its matrix products, at that rate. */
  readonly floor_ms: number;
  /** Milliseconds of a step by operator, from ONNX Runtime's profiler. */
  readonly operators_ms?: Readonly<Record<string, number>>;
  readonly peer?: "PyTorch" | "jax-js";
  readonly peer_step_ms?: number;
  readonly peer_over_ours?: number;
}

/** Milliseconds a step on a logarithmic scale, as an SVG file. */
export function drawComparisons(results: readonly Comparison[]): string {
  const points = results.flatMap((one) => {
    const where = `${one.shape} ${one.device}`;
    return [
      { where, what: "own forward pass", ms: one.forward_ms },
      { where, what: "our training step", ms: one.step_ms },
      ...(one.peer === undefined
        ? []
        : [{ where, what: `${one.peer}'s training step`, ms: one.peer_step_ms! }]),
    ];
  });
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
      domain: ["own forward pass", "our training step", "PyTorch's training step", "jax-js's training step"],
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
