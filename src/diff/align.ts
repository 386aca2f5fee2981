import { InputError } from "../base/errors.ts";
import { columnsNamed } from "../experiment/template.ts";
import type { Prediction } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";
import { byText } from "./by_text.ts";

/** What says that an example of one run is an example of another: their ids and their texts, or their texts alone. */
export type PairedBy = "id" | "text";

/** Examples that the runs have in common, and those that were left out for a reason of their own. */
export interface Pairs {
  /** Of each run, its predictions of the common examples, in one order. */
  readonly runs: readonly (readonly Prediction[])[];
  /** Left out: ids whose text is another in one run than in the other. */
  readonly changed: number;
  /** Left out: texts that stand in one run more often than in another, so that nothing says which belongs to which. */
  readonly unclear: number;
  /** How many of each run's examples those are. */
  readonly leftOut: readonly number[];
}

/** The test examples that all runs of a comparison have, in the order of the first, and how many only one side has. */
export interface Alignment extends Pick<Pairs, "changed" | "unclear"> {
  /** Each run's predictions of the common examples, in one order. */
  readonly a: readonly (readonly Prediction[])[];
  readonly b: readonly (readonly Prediction[])[];
  readonly pairedBy: PairedBy;
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
}

/** Of the smaller test set, so much must be in the other one too. */
const LEAST_SHARED = 0.5;

/**
 * Aligns the predictions of two sides, example by example. The same example has the same id and the same text; where the ids
 * do not say (the file was sorted otherwise, grew, or has another name), the same text alone.
 *
 * @throws {InputError} where the test sets are different ones, with the reason
 */
export function align(a: readonly RunRecord[], b: readonly RunRecord[]): Alignment {
  const runs = [...a, ...b];
  refuseClasses(runs);
  const sizes = runs.map(({ predictions }) => predictions.length);
  const largest = { a: Math.max(...sizes.slice(0, a.length)), b: Math.max(...sizes.slice(a.length)) };
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
    return largest[side] - paired - Math.max(...own);
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

/** How many examples the runs have in common. */
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
    : `${ids.changed} examples have another text in B than in A (another file, or another 'dataset.clean'), and `;
  throw new InputError(
    `the test sets are different ones and cannot be paired: ${changed}of ${sizes.a} and ${sizes.b} examples only ${
      Math.max(pairedIn(ids), pairedIn(texts))
    } are in all runs (another dataset, or another 'dataset.split')`,
  );
}

/** What is kept of an example is the columns that its template shows: those of another template are no other text of it. */
function refuseColumns(a: readonly RunRecord[], b: readonly RunRecord[]): void {
  const shown = ({ experiment: { dataset, prompt } }: RunRecord) =>
    columnsNamed(prompt.template).map((one) => one === "text" && "text" in dataset ? dataset.text : one).join(
      ", ",
    );
  const [one] = a.map(shown);
  const other = [...a, ...b].map(shown).find((columns) => columns !== one);
  if (other === undefined) return;
  throw new InputError(
    `the test sets cannot be paired: the templates show other columns of the data, ${one} in one and ${other} in the other, and examples are told to be the same by the texts of these: compare runs whose templates show the same columns in the same order`,
  );
}

/** Texts that cleaning leaves as they are would be compared without the others. */
function refuseCleaning(runs: readonly RunRecord[]): void {
  const [first, ...others] = runs.map(({ experiment }) => experiment.dataset.clean);
  const other = others.find((one) => one !== first);
  if (other === undefined) return;
  throw new InputError(
    `the test sets are different ones and cannot be paired: 'dataset.clean' is ${first} in one and ${other} in the other, so that only texts without what it changes are the same`,
  );
}

function refuseClasses(runs: readonly RunRecord[]): void {
  const classes = ({ metrics }: RunRecord) => metrics.test.confusion.classes.toSorted().join(", ");
  const [first, ...others] = runs.map(classes);
  const other = others.find((one) => one !== first);
  if (other !== undefined) {
    throw new InputError(
      `the runs tell different classes apart and cannot be paired: ${first} against ${other}`,
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
    `the test sets are different ones and cannot be paired: ${relabelled.length} of ${
      first!.length
    } examples have another label in one than in the other: '${example.id}' is ${example.label} in one and ${example.other} in the other`,
  );
}
