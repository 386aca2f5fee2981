import { isClassExperiment } from "../experiment/class_experiment.ts";
import { type GroupPair, shownName } from "./pairing.ts";
import type { RunGroup } from "./run_groups.ts";
import type { Side } from "./side.ts";
import type { ComparedTextRun } from "./text_run.ts";

/** Two sides without what the other one has no counterpart for, and a note on each variant that is left out. */
export interface ComparableSides {
  readonly a: Side<ComparedTextRun>;
  readonly b: Side<ComparedTextRun>;
  readonly notes: readonly string[];
}

/** Where a side has one variant, those of the other side that have its classes; all where none has. */
export function withSameClasses(a: Side<ComparedTextRun>, b: Side<ComparedTextRun>): ComparableSides {
  const kept = (side: Side<ComparedTextRun>, other: Side<ComparedTextRun>) => {
    const [only, ...more] = other.groups;
    const wanted = only !== undefined && more.length === 0 ? classesOf(only) : undefined;
    const own = side.groups.filter((group) => classesOf(group) === wanted);
    return wanted === undefined || own.length === 0 ? side : { ...side, groups: own };
  };
  const found = { a: kept(a, b), b: kept(b, a) };
  const notes = ([[a, found.a], [b, found.b]] as const).flatMap(([all, { groups }]) =>
    all.groups.filter((group) => !groups.includes(group)).map((group) =>
      `left out, as its classes are others (${classesOf(group) || "none"}): ${
        shownName(group)
      } of ${all.source}`
    )
  );
  return { ...found, notes };
}

/** The classes of a variant; empty for free texts. */
function classesOf({ runs: [first] }: RunGroup<ComparedTextRun>): string {
  return Object.keys(first?.experiment.verbalizer ?? {}).join(", ");
}

/** Notes on runs of classes with probabilities that are compared beside generated texts: by less than they have. */
export function byClassAlone(pairs: readonly GroupPair<ComparedTextRun>[]): string[] {
  return pairs.filter(({ a, b }) =>
    [...a.runs, ...b.runs].every(({ experiment }) => isClassExperiment(experiment))
  ).map(({ variant }) =>
    `${
      variant === "" ? "" : `${variant}: `
    }beside generated texts, classes with probabilities are compared by the class alone: name it by itself to compare the probabilities, too`
  );
}
