/// <reference lib="dom" />
import type * as Library from "@observablehq/plot";

/** The charting library, which the page loads as a separate script. */
declare const Plot: typeof Library;

/** Draws the loss up to the current step. */
export function drawLoss(
  place: HTMLElement,
  losses: readonly { readonly step: number; readonly loss: number }[],
  steps: number,
): void {
  place.replaceChildren(Plot.plot({
    width: Math.min(640, place.clientWidth || 640),
    height: 200,
    x: { domain: [1, Math.max(2, steps)], label: "step", tickFormat: "d" },
    y: { label: "loss", grid: true, nice: true },
    marks: [
      Plot.line(losses, { x: "step", y: "loss", stroke: "var(--c1)", strokeWidth: 2 }),
      Plot.dot(losses.slice(-1), { x: "step", y: "loss", fill: "var(--c1)" }),
    ],
  }));
}
