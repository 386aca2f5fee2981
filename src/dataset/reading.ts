import { cleanLikeTextcnn } from "./clean.ts";
import type { Example } from "./example.ts";

/** How texts are read before they stand in a template. */
export type Clean = "none" | "textcnn";

/** A text as it is read, for tuning and for whatever a prompt is used for: without white space at its ends, and cleaned. */
export function readText(text: string, clean: Clean): string {
  return clean === "none" ? text.trim() : cleanLikeTextcnn(text.trim()).trim();
}

/** The texts of several columns as they are read. */
export function readColumns<Name extends string>(
  columns: Readonly<Record<Name, string>>,
  names: readonly Name[],
  clean: Clean,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readText(columns[name], clean)]));
}

/** Examples with their texts as they are read. */
export function readExamples(examples: readonly Example[], clean: Clean): readonly Example[] {
  return examples.map((example) => ({
    ...example,
    text: readText(example.text, clean),
    ...(example.columns && { columns: readColumns(example.columns, Object.keys(example.columns), clean) }),
  }));
}
