import { comparedClasses } from "../../diff/compared_classes.ts";
import { type Diff, diffOf } from "../../diff/diff.ts";
import { groupBySeed, type SeededRun } from "../../diff/run_groups.ts";
import type { Side } from "../../diff/side.ts";
import { type TextDiffs, textDiffsOf } from "../../diff/text_diff.ts";
import type { ComparedRun } from "../view_data.ts";
import { ALPHA } from "./significance.ts";

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
  const within = (name: string) => name.slice(common.length).replace(/^\//, "");
  const groups = groupBySeed(new Map(runs.map(([name, run]) => [within(name), run])));
  const [only, ...others] = groups;
  const parts = [common, only !== undefined && others.length === 0 ? only.name : ""];
  return { source: parts.filter((part) => part !== "").join("/") || ".", groups };
}

/** The folder that all names are in, or are: a run may have others in its folder. */
function commonFolder(names: readonly string[]): string {
  const [first = ""] = names;
  const ends = [...first.matchAll(/\//g)].map(({ index }) => index);
  const folders = [...ends, first.length].map((end) => first.slice(0, end));
  return folders.findLast((folder) =>
    names.every((name) => name === folder || name.startsWith(`${folder}/`))
  ) ?? "";
}
