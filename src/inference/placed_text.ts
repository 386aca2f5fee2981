import { InputError } from "../base/errors.ts";
import { type Clean, readColumns } from "../dataset/reading.ts";

/** A text for a run's template: the value of `{text}`, or of each of the template's columns by its name. */
export type InputText = string | Readonly<Record<string, string>>;

/**
 * The values of the template's columns in texts, cleaned as the run's data are.
 *
 * @param columns in the template
 * @param asked the call that takes them, for messages
 * @throws {InputError} where they are no list, or a text lacks one of the columns
 */
export function placedTexts(
  texts: readonly InputText[],
  columns: readonly string[],
  clean: Clean,
  asked: string,
): Readonly<Record<string, string>>[] {
  if (!Array.isArray(texts)) throw new InputError(`${asked} takes a list of texts: ${asked}([text])`);
  return texts.map((text, i) => placedText(text, i, columns, clean));
}

/** @param index of the text, for messages */
function placedText(
  text: unknown,
  index: number,
  names: readonly string[],
  clean: Clean,
): Readonly<Record<string, string>> {
  const columns: unknown = typeof text === "string" ? { text } : text;
  if (typeof columns !== "object" || columns === null) {
    throw new InputError(`text ${index + 1} is ${columns}: it must be a string, or an object of columns`);
  }
  const values = new Map<string, unknown>(Object.entries(columns));
  const given = names.map((name) => {
    const value = values.get(name);
    if (typeof value === "string") return [name, value] as const;
    throw new InputError(`text ${index + 1} lacks '${name}', which is in the run's template`);
  });
  return readColumns(Object.fromEntries(given), names, clean);
}
