import { comparedClasses } from "../../diff/compared_classes.ts";
import { type Diff, diffOf } from "../../diff/diff.ts";
import { groupBySeed, type SeededRun } from "../../diff/run_groups.ts";
import type { Side } from "../../diff/side.ts";
import { type TextDiffs, textDiffsOf } from "../../diff/text_diff.ts";
import type { ComparedRun } from "../view_data.ts";

/** The significance level of comparisons, that of `diff` where no other is asked for. */
export const ALPHA = 0.05;

/** Runs to compare, by their names. */
export type NamedRuns = readonly (readonly [name: string, run: ComparedRun])[];

/** What differs between two selections: of runs of classes with probabilities, or of others. */
export type Compared =
  | { readonly kind: "classes"; readonly diff: Diff }
  | { readonly kind: "texts"; readonly diff: TextDiffs };

/**
 * Compares two selections of runs, B against A, as `diff` does their folders.
 *
 * @throws {InputError} where they cannot be compared, with the reason
 */
export function compareRuns(a: NamedRuns, b: NamedRuns): Compared {
  const [classesA, classesB] = [a, b].map(allClasses);
  if (classesA !== undefined && classesB !== undefined) {
    return { kind: "classes", diff: diffOf(sideOf(classesA), sideOf(classesB), ALPHA) };
  }
  return { kind: "texts", diff: textDiffsOf(sideOf(a.map(asTexts)), sideOf(b.map(asTexts)), ALPHA) };
}

type NamedRecord = readonly [name: string, run: Extract<ComparedRun, { readonly kind: "classes" }>["run"]];

/** The runs of a selection, where all are of classes with probabilities. */
function allClasses(runs: NamedRuns): NamedRecord[] | undefined {
  const found = runs.flatMap(([name, one]): NamedRecord[] => one.kind === "classes" ? [[name, one.run]] : []);
  return found.length === runs.length ? found : undefined;
}

function asTexts([name, one]: NamedRuns[number]) {
  return [name, one.kind === "texts" ? one.run : comparedClasses(one.run)] as const;
}

/** A selection as a side of a comparison; the names of its runs are their paths from the folder that they have in common. */
function sideOf<Run extends SeededRun>(runs: readonly (readonly [name: string, run: Run])[]): Side<Run> {
  const common = commonFolder(runs.map(([name]) => name));
  const groups = groupBySeed(new Map(runs.map(([name, run]) => [name.slice(common.length), run])));
  const [only, ...others] = groups;
  const source = only !== undefined && others.length === 0 ? `${common}${only.name}` : common;
  return { source: source.replace(/\/$/, ""), groups };
}

/** The folder that all names are in, with its last slash; of a single name, the name. */
function commonFolder(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return first;
  const ends = [...first.matchAll(/\//g)].map(({ index }) => index + 1);
  const end = ends.findLast((at) => others.every((name) => name.startsWith(first.slice(0, at))));
  return first.slice(0, end ?? 0);
}
