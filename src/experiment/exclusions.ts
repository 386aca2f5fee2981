import { type Combination, multipliersOf } from "./combinations.ts";
import type { ExperimentDocument } from "./document.ts";
import type { Problem } from "../base/errors.ts";
import { identity } from "./distinct.ts";
import { nearest } from "./messages.ts";

/** The entries of a file's `exclude`, found by what they match. */
class Exclusions {
  /** For each set of keys that an entry names, the indices of the entries by the values of these keys. */
  private readonly byKeys = new Map<string, { keys: string[]; entries: Map<string, number[]> }>();

  constructor(entries: readonly Readonly<Record<string, unknown>>[]) {
    for (const [i, entry] of entries.entries()) {
      const keys = Object.keys(entry).sort();
      const named = JSON.stringify(keys);
      const same = this.byKeys.get(named) ?? { keys, entries: new Map() };
      this.byKeys.set(named, same);
      const values = identity(keys.map((key) => entry[key]));
      const indices = same.entries.get(values) ?? [];
      same.entries.set(values, indices);
      indices.push(i);
    }
  }

  /** The indices of the entries whose keys all have the values of a combination. */
  matching(settings: Combination["settings"]): number[] {
    return [...this.byKeys.values()].flatMap(({ keys, entries }) =>
      keys.every((key) => Object.hasOwn(settings, key))
        ? entries.get(identity(keys.map((key) => settings[key]))) ?? []
        : []
    );
  }
}

/** The combinations that no entry of `exclude` matches. */
export function withoutExcluded(document: ExperimentDocument, all: readonly Combination[]): Combination[] {
  const exclusions = new Exclusions(multipliersOf(document).exclude ?? []);
  return all.filter(({ settings }) => exclusions.matching(settings).length === 0);
}

/** Entries of `exclude` that exclude none of the combinations. */
export function exclusionProblems(document: ExperimentDocument, all: readonly Combination[]): Problem[] {
  const { exclude = [] } = multipliersOf(document);
  const known = new Set(all.flatMap(({ settings }) => Object.keys(settings)));
  const swept = known.size === 0 ? "nothing is" : `swept: ${[...known].join(", ")}`;
  const unknownIn = (entry: typeof exclude[number]) => Object.keys(entry).find((key) => !known.has(key));
  const exclusions = new Exclusions(exclude.map((entry) => unknownIn(entry) === undefined ? entry : {}));
  const matched = new Set(all.flatMap(({ settings }) => exclusions.matching(settings)));
  return exclude.flatMap((entry, i) => {
    const strange = unknownIn(entry);
    if (strange !== undefined) {
      return [{
        ...document.place(["exclude", i, strange], true),
        message: `'${strange}' is not swept${nearest(strange, [...known])} (${swept})`,
      }];
    }
    return matched.has(i)
      ? []
      : [{ ...document.place(["exclude", i]), message: "this entry of 'exclude' matches no variant" }];
  });
}
