import { counted } from "../base/counted.ts";
import { InputError } from "../base/errors.ts";
import type { ComparedText, ComparedTextRun } from "./text_run.ts";

/** The test examples that all runs of a comparison have, in the order of the first, and the numbers that only one side has. */
export interface TextAlignment {
  /** Each run's predictions of the common examples, in the same order. */
  readonly a: readonly (readonly ComparedText[])[];
  readonly b: readonly (readonly ComparedText[])[];
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  /** Whether all runs have the same right answers; the texts that stand for classes may differ. */
  readonly haveSameTargets: boolean;
}

/**
 * Aligns the predictions of two sides whose answers are generated, example by example: by their ids.
 *
 * @throws {InputError} where they have other classes or no examples in common, or these have other texts or right answers
 */
export function alignTexts(a: readonly ComparedTextRun[], b: readonly ComparedTextRun[]): TextAlignment {
  const runs = [...a, ...b];
  refuseClasses(runs);
  const [first, ...others] = runs.map(({ predictions }) => new Map(predictions.map((one) => [one.id, one])));
  const shared = [...first?.keys() ?? []].filter((id) => others.every((map) => map.has(id)));
  const common = [first, ...others].map((map) => shared.flatMap((id) => map?.get(id) ?? []));
  checkExamples(common);
  const only = (side: readonly ComparedTextRun[]) =>
    Math.max(...side.map(({ predictions }) => predictions.length)) - shared.length;
  return {
    a: common.slice(0, a.length),
    b: common.slice(a.length),
    paired: shared.length,
    onlyInA: only(a),
    onlyInB: only(b),
    haveSameTargets: common.every((run) =>
      run.every((one, i) => isSameList(one.targets, common[0]![i]!.targets))
    ),
  };
}

function checkExamples([first = [], ...others]: readonly (readonly ComparedText[])[]): void {
  if (first.length === 0) {
    throw new InputError(
      "the test sets have no example in common, by their ids: compare runs with the same data",
    );
  }
  const differing = first.filter((one, i) => others.some((run) => !isSame(one, run[i])));
  const [example] = differing;
  if (example === undefined) return;
  throw new InputError(
    `the test sets differ and cannot be paired: ${counted(differing.length, "example")} of ${first.length} ${
      differing.length === 1 ? "has" : "have"
    } another text or other right answers, '${example.id}' among them`,
  );
}

function isSame(one: ComparedText, other: ComparedText | undefined): boolean {
  return other !== undefined && one.text_sha256 === other.text_sha256 &&
    (one.label === undefined ? isSameList(one.targets, other.targets) : one.label === other.label);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, i) => text === other[i]);
}

function refuseClasses(runs: readonly ComparedTextRun[]): void {
  const [first, ...others] = runs.map(({ experiment }) =>
    Object.keys(experiment.verbalizer ?? {}).join(", ")
  );
  const other = others.find((one) => one !== first);
  if (other === undefined) return;
  const shown = (classes: string) => classes === "" ? "none" : classes;
  throw new InputError(
    `the runs have different classes and cannot be paired: ${shown(first ?? "")} against ${shown(other)}`,
  );
}
