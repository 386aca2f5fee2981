import { cleanLikeTextcnn } from "./clean.ts";
import type { AnyExample } from "./example.ts";

/** The cleaning of texts before they are put into a template. */
export type Clean = "none" | "textcnn";

/** A text as it is read, in tuning and in every later use of a prompt: trimmed and cleaned. */
export function readText(text: string, clean: Clean): string {
  return clean === "none" ? text.trim() : cleanLikeTextcnn(text.trim()).trim();
}

/** The texts of several columns, trimmed and cleaned. */
export function readColumns<Name extends string>(
  columns: Readonly<Record<Name, string>>,
  names: readonly Name[],
  clean: Clean,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readText(columns[name], clean)]));
}

/** Examples with their texts trimmed and cleaned. */
export function readExamples<One extends AnyExample>(examples: readonly One[], clean: Clean): readonly One[] {
  return examples.map((example) => ({
    ...example,
    text: readText(example.text, clean),
    ...(example.columns && { columns: readColumns(example.columns, Object.keys(example.columns), clean) }),
  }));
}
