/// <reference lib="dom" />
import { largestOf } from "../evaluation/softmax.ts";
import type { Answer } from "./classify.ts";
import { element, notify } from "./elements.ts";
import { PHRASES } from "./phrases.ts";

/** Draws a bar for each class. @param id of the list; `<id>-cut` takes the note on a truncated text */
export function drawAnswer(id: string, { probabilities, truncated }: Answer): void {
  notify(`${id}-cut`, truncated > 0 ? PHRASES.truncated : "");
  const list = element(id, HTMLElement);
  list.setAttribute("aria-busy", "false");
  const likeliest = largestOf(probabilities.map(({ probability }) => probability));
  list.replaceChildren(...probabilities.map(({ name, probability }) => {
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

/** Takes the numbers away while a new sentence waits for its own; the classes stay. */
export function outdateAnswer(id: string): void {
  const list = element(id, HTMLElement);
  list.setAttribute("aria-busy", "true");
  for (const share of list.querySelectorAll(".number")) share.textContent = "…";
  for (const bar of list.querySelectorAll("meter")) bar.value = 0;
  for (const line of list.children) line.className = "";
  notify(`${id}-cut`, "");
}

/** Removes the bars and the note. */
export function clearAnswer(id: string): void {
  const list = element(id, HTMLElement);
  list.setAttribute("aria-busy", "false");
  list.replaceChildren();
  notify(`${id}-cut`, "");
}
