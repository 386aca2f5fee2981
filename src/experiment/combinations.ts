import type { ExperimentDocument } from "./document.ts";
import type { Problem } from "../base/errors.ts";
import { isTooLong, keyPath, type Override, setTwice } from "./override.ts";
import { PathTree } from "./path_tree.ts";
import { EXPERIMENT_SCHEMA } from "./schema_part.ts";
import { propertiesOf } from "../schema/schema_part.ts";
import { MULTIPLIERS, type Multipliers } from "./multipliers.ts";
import { holdsMultipliers } from "./schema_check.ts";

/** The key that, besides those of the sweep, distinguishes named variants. */
export const VARIANT = "variant";

/** The largest number of runs that a file may ask for, those counted that `exclude` leaves out. */
export const MOST_RUNS = 20_000;

/** The largest number of values in all runs of a file together: each run is checked as a whole. */
const MOST_VALUES = 20_000_000;

/**
 * The part of a file that multiplies it; the rest of the file need not be valid, as variants may complete it.
 *
 * @throws {Error} where that part is not what the schema says
 */
export function multipliersOf({ content }: ExperimentDocument): Multipliers {
  if (!holdsMultipliers(content)) {
    throw new Error("the multipliers of a file are read before they are checked");
  }
  return content;
}

/** One of the combinations of values that a file asks for. */
export interface Combination {
  /** The swept keys by their path, and `variant`, with their values in this combination. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the variant sets, then what is swept. */
  readonly overrides: readonly Override[];
  /** What is swept: a name shows it in addition to the variant's. */
  readonly swept: readonly Override[];
}

/** What a variant sets, and the keys that are swept for it. */
interface Base {
  readonly named: Readonly<Record<string, string>>;
  readonly own: readonly Override[];
  readonly axes: readonly Axis[];
}

/** A swept key with its values. */
interface Axis {
  /** The key in dot notation. */
  readonly key: string;
  readonly values: readonly Override[];
}

/** The variants of a file, or the file itself where there are none, each with the swept keys that it does not set itself. */
function basesOf(document: ExperimentDocument, { sweep = {}, variants }: Multipliers): Base[] {
  const axes = Object.entries(sweep).map(([key, values]): Axis => {
    const path = keyPath(key);
    return {
      key,
      values: values.map((value, i) => ({ path, value, place: document.place(["sweep", key, i]) })),
    };
  });
  if (variants === undefined) return [{ named: {}, own: [], axes }];
  return Object.entries(variants).map(([name, keys]) => {
    const own = Object.entries(keys).map(([key, value]): Override => ({
      path: keyPath(key),
      value,
      place: document.place(["variants", name, key], true),
    }));
    const occupied = new PathTree(own.map(({ path }) => path));
    const isFree = ({ key }: Axis) =>
      occupied.around(keyPath(key)) === undefined && occupied.within(keyPath(key)) === undefined;
    return { named: { [VARIANT]: name }, own, axes: axes.filter(isFree) };
  });
}

/** The number of runs in which a base is expanded. */
function runsOf({ axes }: Base): bigint {
  return axes.reduce((product, { values }) => product * BigInt(values.length), 1n);
}

/** The problem of a file that asks for more runs than are ever expanded; they are counted without being made. */
export function excessProblems(document: ExperimentDocument): Problem[] {
  const multipliers = multipliersOf(document);
  const bases = basesOf(document, multipliers);
  const runs = bases.reduce((sum, base) => sum + runsOf(base), 0n);
  const place = document.place([multipliers.sweep === undefined ? "variants" : "sweep"], true);
  if (runs > MOST_RUNS) {
    const message = `these are ${runs.toLocaleString("en")} runs, and a file may ask for ${
      MOST_RUNS.toLocaleString("en")
    } at most: leave values out, or divide them among several files`;
    return [{ ...place, message }];
  }
  const { sweep: _, exclude: __, variants: ___, ...body } = Object(document.content);
  const written = BigInt(valuesIn(body));
  const values = bases.reduce(
    (sum, base) => sum + runsOf(base) * (written + BigInt(base.own.length + base.axes.length)),
    0n,
  );
  if (values <= MOST_VALUES) return [];
  const message = `these are ${runs.toLocaleString("en")} runs with ${
    values.toLocaleString("en")
  } values together, and a file may ask for ${
    MOST_VALUES.toLocaleString("en")
  } at most: sweep fewer values, or write less into the file`;
  return [{ ...place, message }];
}

/** The number of values in a value, lists and maps included. */
function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1);
}

/** The cross product of a file's sweep, for each of its variants, without the keys that the variant itself sets. */
export function combinations(document: ExperimentDocument): Combination[] {
  return basesOf(document, multipliersOf(document)).flatMap(({ named, own, axes }) =>
    product(axes.map(({ values }) => values)).map((swept) => ({
      settings: {
        ...named,
        ...Object.fromEntries(swept.map(({ value }, i) => [axes[i]!.key, value])),
      },
      overrides: [...own, ...swept],
      swept,
    }))
  );
}

/** All combinations of one item of each list, the last list's items changing fastest. */
function product<Item>(lists: readonly (readonly Item[])[]): Item[][] {
  return lists.reduce<Item[][]>(
    (combined, list) => combined.flatMap((items) => list.map((item) => [...items, item])),
    [[]],
  );
}

/** The keys of the experiment that a search is over, in the order of the file. */
export function searchedKeys(search: Multipliers["search"] = { budget: {} }): string[] {
  return Object.keys(search).filter((key) => !Object.hasOwn(SEARCH_KEYS, key));
}

/** The keys of 'search' that say how to search. */
const SEARCH_KEYS = propertiesOf(EXPERIMENT_SCHEMA.properties?.search);

/** Keys that may not be swept, and keys that are set twice. */
export function multiplierProblems(document: ExperimentDocument): Problem[] {
  const { sweep = {}, variants = {}, search } = multipliersOf(document);
  const written = [
    { at: ["sweep"], own: Object.keys(sweep) },
    { at: ["search"], own: searchedKeys(search) },
    ...Object.entries(variants).map(([name, own]) => ({ at: ["variants", name], own: Object.keys(own) })),
  ];
  const fault = (key: string) =>
    isTooLong(keyPath(key))
      ? `no key lies ${keyPath(key).length} keys deep`
      : ["name", ...MULTIPLIERS].some((one) => one === keyPath(key)[0])
      ? `'${key}' cannot differ between the variants of a file, whose results are in one folder: set it once, for all of them`
      : undefined;
  return [
    ...written.flatMap(({ at, own }) =>
      own.flatMap((key) => {
        const message = fault(key);
        return message === undefined ? [] : [{ ...document.place([...at, key], true), message }];
      })
    ),
    ...written.flatMap(({ at, own }) => {
      const [first, second] = setTwice(own.map(keyPath))?.map((i) => own[i]!) ?? [];
      return second === undefined ? [] : [{
        ...document.place([...at, second], true),
        message: `'${second}' is already set by '${first}': leave one of them out`,
      }];
    }),
  ];
}
