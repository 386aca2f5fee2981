import { max } from "simple-statistics";
import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import { columnsNamed, templateText } from "../experiment/template.ts";
import type { Prediction } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";
import { byText } from "./by_text.ts";

/** What identifies the same example in two runs: id and text, or the text alone. */
export type PairedBy = "id" | "text";

/** The examples that the runs have in common, and the numbers of those excluded. */
export interface Pairs {
  /** Each run's predictions of the common examples, in the same order. */
  readonly runs: readonly (readonly Prediction[])[];
  /** Excluded: ids whose text differs between runs. */
  readonly changed: number;
  /** Excluded: texts that occur in one run more often than in another, so that they cannot be paired. */
  readonly unclear: number;
  /** The number of each run's examples that these are. */
  readonly leftOut: readonly number[];
}

/** The test examples that all runs of a comparison have, in the order of the first, and the numbers that only one side has. */
export interface Alignment extends Pick<Pairs, "changed" | "unclear"> {
  /** Each run's predictions of the common examples, in the same order. */
  readonly a: readonly (readonly Prediction[])[];
  readonly b: readonly (readonly Prediction[])[];
  readonly pairedBy: PairedBy;
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
}

/** The fraction of the smaller test set that must also be in the other. */
const LEAST_SHARED = 0.5;

/**
 * Aligns the predictions of two sides, example by example. The same example has the same id and the same text; where the ids
 * do not match (the file was sorted differently, grew, or was renamed), the same text alone.
 *
 * @throws {InputError} where the test sets differ too much, with the reason
 */
export function align(a: readonly RunRecord[], b: readonly RunRecord[]): Alignment {
  const runs = [...a, ...b];
  refuseClasses(runs);
  const sizes = runs.map(({ predictions }) => predictions.length);
  const largest = { a: max(sizes.slice(0, a.length)), b: max(sizes.slice(a.length)) };
  const isEnough = (pairs: Pairs) => pairedIn(pairs) >= LEAST_SHARED * Math.min(largest.a, largest.b);
  const ids = byId(runs);
  const hasOwnIds = runs.every(({ experiment }) => "id" in experiment.dataset);
  const isById = ids !== undefined && isEnough(ids) && (ids.changed === 0 || hasOwnIds);
  const found = isById ? ids : byText(runs);
  if (!isEnough(found)) {
    refuseColumns(a, b);
    refuse(ids, found, largest);
  }
  if (!isById) refuseCleaning(runs);
  refuseLabels(found.runs);
  const paired = pairedIn(found);
  const only = (side: "a" | "b") => {
    const own = found.leftOut.slice(...side === "a" ? [0, a.length] : [a.length]);
    return largest[side] - paired - max(own);
  };
  return {
    a: found.runs.slice(0, a.length),
    b: found.runs.slice(a.length),
    pairedBy: isById ? "id" : "text",
    paired,
    onlyInA: only("a"),
    onlyInB: only("b"),
    changed: found.changed,
    unclear: found.unclear,
  };
}

/** Pairs by id and text; `undefined` where a run has one id twice. */
function byId(runs: readonly RunRecord[]): Pairs | undefined {
  const maps = runs.map(({ predictions }) => new Map(predictions.map((one) => [one.id, one])));
  if (maps.some(({ size }, i) => size !== runs[i]!.predictions.length)) return undefined;
  const [first, ...others] = maps;
  const shared = [...first!.values()].filter(({ id }) => others.every((map) => map.has(id)));
  const common = shared.filter(({ id, text_sha256 }) =>
    others.every((map) => map.get(id)!.text_sha256 === text_sha256)
  );
  const changed = shared.length - common.length;
  return {
    runs: maps.map((map) => common.map(({ id }) => map.get(id)!)),
    changed,
    unclear: 0,
    leftOut: runs.map(() => changed),
  };
}

/** The number of examples that the runs have in common. */
function pairedIn(pairs: Pairs | undefined): number {
  return pairs?.runs[0]?.length ?? 0;
}

function refuse(
  ids: Pairs | undefined,
  texts: Pairs,
  sizes: { readonly a: number; readonly b: number },
): never {
  const changed = ids === undefined || ids.changed === 0
    ? ""
    : `${counted(ids.changed, "example")} ${
      ids.changed === 1 ? "has" : "have"
    } a different text in B than in A (another file, or another 'dataset.clean'), and `;
  throw new InputError(
    `the test sets differ and cannot be paired: ${changed}only ${
      Math.max(pairedIn(ids), pairedIn(texts))
    } of the ${
      counted(sizes.a, "example")
    } of A and ${sizes.b} of B are in all runs (another dataset, or another 'dataset.split')`,
  );
}

/** Runs keep the columns of an example that their template shows: with another template, the texts differ though the example does not. */
function refuseColumns(a: readonly RunRecord[], b: readonly RunRecord[]): void {
  const shown = ({ experiment: { dataset, prompt } }: RunRecord) =>
    columnsNamed(templateText(prompt.template)).map((one) =>
      one === "text" && "text" in dataset ? dataset.text : one
    ).join(
      ", ",
    );
  const [one] = a.map(shown);
  const other = [...a, ...b].map(shown).find((columns) => columns !== one);
  if (other === undefined) return;
  throw new InputError(
    `the test sets cannot be paired by the texts of their examples, because the templates show different columns (${one} and ${other}): compare runs whose templates show the same columns in the same order`,
  );
}

/** Otherwise only the texts that cleaning does not change would be compared. */
function refuseCleaning(runs: readonly RunRecord[]): void {
  const [first, ...others] = runs.map(({ experiment }) => experiment.dataset.clean);
  const other = others.find((one) => one !== first);
  if (other === undefined) return;
  throw new InputError(
    `the test sets differ and cannot be paired: 'dataset.clean' is ${first} in one and ${other} in the other, which changes the texts: compare runs with the same cleaning`,
  );
}

function refuseClasses(runs: readonly RunRecord[]): void {
  const classes = ({ metrics }: RunRecord) => metrics.test.confusion.classes.toSorted().join(", ");
  const [first, ...others] = runs.map(classes);
  const other = others.find((one) => one !== first);
  if (other !== undefined) {
    throw new InputError(
      `the runs have different classes and cannot be paired: ${first} against ${other}`,
    );
  }
}

function refuseLabels(runs: readonly (readonly Prediction[])[]): void {
  const [first, ...others] = runs;
  const other = (i: number) => others.map((run) => run[i]!.label).find((label) => label !== first![i]!.label);
  const relabelled = first!.map((one, i) => ({ ...one, other: other(i) }))
    .filter((one) => one.other !== undefined);
  const [example] = relabelled;
  if (example === undefined) return;
  throw new InputError(
    `the test sets differ and cannot be paired: ${relabelled.length} of ${
      counted(first!.length, "example")
    } ${
      relabelled.length === 1 ? "has another label" : "have other labels"
    }: '${example.id}' is ${example.label} in one and ${example.other} in the other`,
  );
}
