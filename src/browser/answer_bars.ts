/// <reference lib="dom" />
import { largestOf } from "../evaluation/softmax.ts";
import type { Answer } from "./classify.ts";
import { element, notify } from "./elements.ts";

/** Draws a bar for each class. @param id of the list; `<id>-cut` takes the note on a truncated text */
export function drawAnswer(id: string, { probabilities, truncated }: Answer): void {
  notify(`${id}-cut`, truncated > 0 ? "The text is truncated to fit the model's positions." : "");
  const likeliest = largestOf(probabilities.map(({ probability }) => probability));
  element(id, HTMLElement).replaceChildren(...probabilities.map(({ name, probability }) => {
    const line = document.createElement("li");
    const bar = document.createElement("meter");
    const label = document.createElement("span");
    const share = document.createElement("span");
    label.textContent = name;
    share.textContent = `${(100 * probability).toFixed(1)}%`;
    share.className = "number";
    bar.value = probability;
    bar.setAttribute("aria-label", name);
    if (probability === likeliest) line.className = "best";
    line.append(label, bar, share);
    return line;
  }));
}

/** Removes the bars and the note. */
export function clearAnswer(id: string): void {
  element(id, HTMLElement).replaceChildren();
  notify(`${id}-cut`, "");
}
