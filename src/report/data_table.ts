import type { Environment } from "../results/environment.ts";
import { type Content, Html, htmlOf, number, phrase, section, table } from "./html.ts";

/** The parts of a split, in the order of the table. */
const PARTS = [["train", "training"], ["validation", "validation"], ["test", "test"]] as const;

/** Why lines are left out, in the order of the sentence. */
const REASONS = ["null", "skipped", "other", "absent", "empty", "not_text"] as const;

/**
 * The number of examples of each class, where there are classes, and of the lines left out; nothing for runs of versions that did not
 * count them.
 */
export function dataSection({ dataset: { classes, left_out: leftOut = {} } }: Environment): Html[] {
  const reasons = REASONS.filter((reason) => leftOut[reason] !== undefined).map((reason) =>
    `${htmlOf(phrase(reason))}: ${htmlOf(number(String(leftOut[reason]), "examples"))}`
  );
  const shown = [
    ...(classes ? [classSizeTable(classes)] : []),
    ...(reasons.length > 0 ? [new Html(`<p>${htmlOf(phrase("left_out"))} – ${reasons.join("; ")}</p>`)] : []),
  ];
  return shown.length > 0 ? [section(phrase("data"), ...shown)] : [];
}

function classSizeTable(classes: NonNullable<Environment["dataset"]["classes"]>): Html {
  return table(
    [phrase("class"), ...PARTS.map(([, name]) => phrase(name))],
    Object.keys(classes.train).map((name): Content[] => [
      name,
      ...PARTS.map(([part]) => number(String(classes[part][name] ?? 0), "examples")),
    ]),
  );
}
