/// <reference lib="dom" />
import type { Bilingual } from "../base/bilingual.ts";
import { write } from "./language.ts";

/** An element of the page. @throws {TypeError} where there is none of this kind */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`the page has no ${kind.name} '${id}'`);
}

/** The number in a field; NaN where it is empty. */
export function numberIn(id: string): number {
  return element(id, HTMLInputElement).valueAsNumber;
}

/** Writes a number into a field. */
export function setNumber(id: string, value: number | undefined): void {
  element(id, HTMLInputElement).value = String(value);
}

/** Replaces an element's text: one that is the same in both languages is given once. */
export function notify(id: string, text: string | Bilingual): void {
  write(element(id, HTMLElement), typeof text === "string" ? { en: text, zh: text } : text);
}
