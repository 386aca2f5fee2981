import { Document, type Scalar, visit } from "yaml";
import type { Experiment } from "../experiment/types.ts";

/** Texts that a reader of experiments takes as they are, where YAML lets them stand without quotes. */
const PLAIN = /^(?!<<$)[ -~]*$/;

/**
 * An experiment as the text of a file that reads as the same experiment again. What is more than printable ASCII is within
 * quotes: marks that cannot be seen, and quotes of word processors, are refused where they stand without.
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
