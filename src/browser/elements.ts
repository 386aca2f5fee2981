/// <reference lib="dom" />

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

/** Replaces an element's text. */
export function notify(id: string, line: string): void {
  element(id, HTMLElement).textContent = line;
}
