import { styleText } from "node:util";

/** Puts text into a colour or into bold, or leaves it as it is. */
export type Style = (format: "bold" | "green" | "red", text: string) => string;

/** How text is styled where colours are seen, or are not. */
export function styleFor(hasColors: boolean): Style {
  return (format, text) => hasColors ? styleText(format, text, { validateStream: false }) : text;
}
