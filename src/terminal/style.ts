import { styleText } from "node:util";

/** Makes text coloured or bold, or leaves it unchanged. */
export type Style = (format: "bold" | "green" | "red", text: string) => string;

/** The styling of text, with or without colours. */
export function styleFor(hasColors: boolean): Style {
  return (format, text) => hasColors ? styleText(format, text, { validateStream: false }) : text;
}
