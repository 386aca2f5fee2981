import { styleText } from "node:util";

const FORMATS = ["bold", "green", "red"] as const;

/** Makes text coloured or bold, or leaves it unchanged. */
export type Style = (format: typeof FORMATS[number], text: string) => string;

/** The styling of text, with or without colours. */
export function styleFor(hasColors: boolean): Style {
  return (format, text) => hasColors ? styleText(format, text, { validateStream: false }) : text;
}

/** Splits a text at the codes that begin and end a style; the codes are the parts of odd numbers. */
export const STYLE_CODES: RegExp = new RegExp(
  `(${
    FORMATS.flatMap((format) => styleFor(true)(format, "\n").split("\n"))
      .map((code) => code.replace("[", "\\[")).join("|")
  })`,
);
