import { Document, type Scalar, visit } from "yaml";
import type { Experiment } from "../experiment/types.ts";

/** Texts that are read unchanged without quotes, where YAML allows that. */
const PLAIN = /^(?!<<$)[ -~]*$/;

/**
 * An experiment as the text of a file that reads as the same experiment again. Anything beyond printable ASCII is put in
 * quotes: invisible characters and typographic quotes are refused outside quotes.
 */
export function experimentYaml(experiment: Experiment): string {
  const document = new Document(experiment);
  visit(document, { Scalar: (_, node) => quoteWhatNeedsIt(node) });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity });
}

function quoteWhatNeedsIt(node: Scalar): void {
  const { value } = node;
  if (typeof value === "string" && !PLAIN.test(value)) node.type = "QUOTE_DOUBLE";
  // 1e20, and not 100000000000000000000, which is more digits than a number keeps.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) node.format = "EXP";
}
