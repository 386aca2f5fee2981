import { type Combination, multipliersOf } from "./combinations.ts";
import type { ExperimentDocument } from "./document.ts";
import type { Problem } from "../base/errors.ts";
import { identity } from "./distinct.ts";
import { nearest } from "./messages.ts";

/** Keys with the values that a combination must have to be excluded. */
type Entry = Readonly<Record<string, unknown>>;

/** The entries of a file's `exclude`, found by what they match. */
class Exclusions {
  /** The sets of keys that entries name, and what identifies each entry. */
  private readonly keys = new Map<string, readonly string[]>();
  private readonly entries = new Set<string>();

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) {
      const keys = Object.keys(entry);
      this.keys.set(identity(keys.toSorted()), keys);
      this.entries.add(identity(entry));
    }
  }

  /** The identities of the entries whose keys all have the values of a combination. */
  matching(settings: Combination["settings"]): string[] {
    return [...this.keys.values()].flatMap((keys) => {
      if (!keys.every((key) => Object.hasOwn(settings, key))) return [];
      const found = identity(Object.fromEntries(keys.map((key) => [key, settings[key]])));
      return this.entries.has(found) ? [found] : [];
    });
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
  const unknownIn = (entry: Entry) => Object.keys(entry).find((key) => !known.has(key));
  const exclusions = new Exclusions(exclude.filter((entry) => unknownIn(entry) === undefined));
  const matched = new Set(all.flatMap(({ settings }) => exclusions.matching(settings)));
  return exclude.flatMap((entry, i) => {
    const strange = unknownIn(entry);
    if (strange !== undefined) {
      return [{
        ...document.place(["exclude", i, strange], true),
        message: `'${strange}' is not swept${nearest(strange, [...known])} (${swept})`,
      }];
    }
    return matched.has(identity(entry)) ? [] : [{
      ...document.place(["exclude", i]),
      message: "this entry of 'exclude' matches no variant: correct or remove it",
    }];
  });
}
