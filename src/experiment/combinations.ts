import { equal } from "@std/assert/equal";
import { Ajv } from "ajv";
import { type ExperimentDocument, isWithin } from "./document.ts";
import type { Problem } from "../base/errors.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { nearest } from "./messages.ts";
import { keyPath, type Override, setTwice } from "./override.ts";
import schema from "./schema.json" with { type: "json" };

/** The key that, besides those of the sweep, distinguishes named variants. */
export const VARIANT = "variant";

/** The keys of an experiment file that multiply it. */
export const MULTIPLIERS = [
  "sweep",
  "exclude",
  "variants",
] as const satisfies readonly (keyof ExperimentFile)[];

/** The part of an experiment file that multiplies it. */
export type Multipliers = Pick<ExperimentFile, typeof MULTIPLIERS[number]>;

const { sweep, exclude, variants } = schema.properties;
const holdsMultipliers = new Ajv({ strict: false, ownProperties: true })
  .compile<Multipliers>({ type: "object", properties: { sweep, exclude, variants } });

/**
 * The part of a file that multiplies it; the rest of the file need not be valid, as variants may complete it.
 *
 * @throws {Error} where that part is not what the schema says
 */
function multipliersOf({ content }: ExperimentDocument): Multipliers {
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

/** The cross product of a file's sweep, for each of its variants, without the keys that the variant itself sets. */
export function combinations(document: ExperimentDocument): Combination[] {
  const { sweep = {}, variants } = multipliersOf(document);
  const bases = variants === undefined
    ? [{ named: {}, own: [] }]
    : Object.entries(variants).map(([name, keys]) => ({
      named: { [VARIANT]: name },
      own: Object.entries(keys).map(([key, value]) => ({
        path: keyPath(key),
        value,
        place: document.place(["variants", name, key], true),
      })),
    }));
  return bases.flatMap(({ named, own }) => {
    const axes = Object.entries(sweep)
      .filter(([key]) =>
        !own.some(({ path }) => isWithin(path, keyPath(key)) || isWithin(keyPath(key), path))
      )
      .map(([key, values]) =>
        values.map((value, i): Override => ({
          path: keyPath(key),
          value,
          place: document.place(["sweep", key, i]),
        }))
      );
    return product(axes).map((swept) => ({
      settings: {
        ...named,
        ...Object.fromEntries(swept.map(({ path, value }) => [path.join("."), value])),
      },
      overrides: [...own, ...swept],
      swept,
    }));
  });
}

/** All combinations of one item of each list, the last list's items changing fastest. */
function product<Item>(lists: readonly (readonly Item[])[]): Item[][] {
  return lists.reduce<Item[][]>(
    (combined, list) => combined.flatMap((items) => list.map((item) => [...items, item])),
    [[]],
  );
}

/** The combinations that no entry of `exclude` matches. */
export function withoutExcluded(document: ExperimentDocument, all: readonly Combination[]): Combination[] {
  const { exclude = [] } = multipliersOf(document);
  return all.filter(({ settings }) => !exclude.some((entry) => matches(entry, settings)));
}

function matches(entry: Readonly<Record<string, unknown>>, settings: Combination["settings"]): boolean {
  return Object.entries(entry).every(([key, value]) =>
    Object.hasOwn(settings, key) && equal(settings[key], value)
  );
}

/** Keys that may not be swept, and entries of `exclude` that exclude nothing. */
export function multiplierProblems(document: ExperimentDocument): Problem[] {
  const { sweep = {}, exclude = [], variants = {} } = multipliersOf(document);
  const keys = [
    ...Object.keys(sweep).map((key) => ({ key, at: ["sweep", key] })),
    ...Object.entries(variants).flatMap(([name, own]) =>
      Object.keys(own).map((key) => ({ key, at: ["variants", name, key] }))
    ),
  ];
  const written = [
    { at: ["sweep"], own: Object.keys(sweep) },
    ...Object.entries(variants).map(([name, own]) => ({ at: ["variants", name], own: Object.keys(own) })),
  ];
  const unfit = keys.filter(({ key }) => ["name", ...MULTIPLIERS].includes(key.split(".")[0]!));
  const all = combinations(document);
  const known = [...new Set(all.flatMap(({ settings }) => Object.keys(settings)))];
  return [
    ...unfit.map(({ key, at }) => ({
      ...document.place(at, true),
      message:
        `'${key}' cannot differ between the variants of a file, whose results are in one folder: set it once, for all of them`,
    })),
    ...written.flatMap(({ at, own }) => {
      const [first, second] = setTwice(own.map(keyPath))?.map((i) => own[i]!) ?? [];
      return second === undefined ? [] : [{
        ...document.place([...at, second], true),
        message: `'${second}' is already set by '${first}': leave one of them out`,
      }];
    }),
    ...exclude.flatMap((entry, i) => {
      const strange = Object.keys(entry).find((key) => !known.includes(key));
      if (strange !== undefined) {
        return [{
          ...document.place(["exclude", i, strange], true),
          message: `'${strange}' is not swept${nearest(strange, known)} (${
            known.length === 0 ? "nothing is" : `swept: ${known.join(", ")}`
          })`,
        }];
      }
      return all.some(({ settings }) => matches(entry, settings)) ? [] : [{
        ...document.place(["exclude", i]),
        message: "this entry of 'exclude' matches no variant: correct or remove it",
      }];
    }),
  ];
}
