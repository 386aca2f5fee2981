/// <reference lib="dom" />
import type * as Library from "@observablehq/plot";
import { pageLanguage } from "./language.ts";
import { PHRASES } from "./phrases.ts";

/** The charting library, which the page loads as a separate script. */
declare const Plot: typeof Library;

/** The loss of a step, from 1. */
export interface StepLoss {
  readonly step: number;
  readonly loss: number;
}

/** Draws the loss up to the current step, in the page's language; nothing before the first. */
export function drawLoss(place: HTMLElement, losses: readonly StepLoss[], steps: number): void {
  if (losses.length === 0) return place.replaceChildren();
  const language = pageLanguage();
  place.replaceChildren(Plot.plot({
    width: Math.min(640, place.clientWidth || 640),
    height: 200,
    x: { domain: [1, Math.max(2, steps)], label: PHRASES.step[language], tickFormat: "d" },
    y: { label: PHRASES.loss[language], grid: true, nice: true },
    marks: [
      Plot.line(losses, { x: "step", y: "loss", stroke: "var(--c1)", strokeWidth: 2 }),
      Plot.dot(losses.slice(-1), { x: "step", y: "loss", fill: "var(--c1)" }),
    ],
  }));
}
