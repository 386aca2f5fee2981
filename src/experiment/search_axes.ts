import type { Problem } from "../base/errors.ts";
import { searchedKeys } from "./combinations.ts";
import type { ExperimentDocument, Place } from "./document.ts";
import type { SearchKeys } from "./experiment_file.ts";
import { keyPath, type Override } from "./override.ts";
import { partAt } from "./schema_part.ts";

/** A key that is searched, with the values that it may have. */
export type SearchAxis = ChoiceAxis | RangeAxis;

/** A key that takes one of some values. */
export interface ChoiceAxis {
  readonly kind: "choice";
  /** The key in dot notation. */
  readonly key: string;
  readonly values: readonly Override[];
  /** The first of them. */
  readonly first: Override;
}

/** A key that takes a number of a range, its ends included. */
export interface RangeAxis {
  readonly kind: "range";
  /** The key in dot notation. */
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly isLog: boolean;
  /** Whether the key takes whole numbers alone. */
  readonly isInteger: boolean;
  /** Where the range is written, and its ends. */
  readonly places: { readonly range: Place; readonly from: Place; readonly to: Place };
}

/** The space of a search that the schema has accepted. */
export function searchAxes(document: ExperimentDocument, search: SearchKeys): SearchAxis[] {
  return searchedKeys(search).map((key): SearchAxis => {
    const written = search[key];
    if (Array.isArray(written)) {
      const values = written.map((value, i): Override => ({
        path: keyPath(key),
        value,
        place: document.place(["search", key, i]),
      }));
      const [first] = values;
      if (first === undefined) throw new TypeError(`'search.${key}' is empty`);
      return { kind: "choice", key, values, first };
    }
    const { from, to, scale }: Readonly<Record<string, unknown>> = Object(written);
    if (typeof from !== "number" || typeof to !== "number") {
      throw new TypeError(`'search.${key}' is no range`);
    }
    const place = (...end: readonly string[]) => document.place(["search", key, ...end]);
    return {
      kind: "range",
      key,
      from,
      to,
      isLog: scale === "log",
      isInteger: takes(key, "integer"),
      places: { range: place(), from: place("from"), to: place("to") },
    };
  });
}

/** What is wrong with a space by itself, whatever its values mean. */
export function axisProblems(document: ExperimentDocument, axes: readonly SearchAxis[]): Problem[] {
  if (axes.length === 0) {
    const message =
      "'search' has no key to search: add one by its path, for example training.optimizer.learningRate: { from: 0.001, to: 1, scale: log }";
    return [{ ...document.place(["search"], true), message }];
  }
  return axes.flatMap((axis) => {
    const at = (key: string, message: string) => [{ ...document.place(["search", axis.key, key]), message }];
    if (axis.key === "seed") {
      return [{
        ...document.place(["search", "seed"], true),
        message:
          "the best of several seeds is luck: set 'seed' once, and run the best values with fresh 'seeds'",
      }];
    }
    if (axis.kind === "choice") return [];
    const { key, from, to, isLog } = axis;
    if (partAt(keyPath(key)) !== undefined && !takes(key, "integer") && !takes(key, "number")) {
      return [{ ...axis.places.range, message: `'${key}' takes no numbers: write a list of its values` }];
    }
    if (from >= to) return at("to", `'to' must be more than 'from' (${from}), got ${to}`);
    return isLog && from <= 0
      ? at("from", `a logarithmic range starts above 0, got ${from}: set 'from' above 0, or 'scale: linear'`)
      : [];
  });
}

/** The values at the ends of an axis: all of a list. */
export function endsOf(axis: SearchAxis): readonly Override[] {
  if (axis.kind === "choice") return axis.values;
  return (["from", "to"] as const).map((end) => valueOn(axis, axis[end], axis.places[end]));
}

/** A value of each axis: the first. */
export function baseOf(axes: readonly SearchAxis[]): Override[] {
  return axes.map((axis) => axis.kind === "choice" ? axis.first : valueOn(axis, axis.from));
}

/** A value of a range. */
export function valueOn({ key, places }: RangeAxis, value: number, place: Place = places.range): Override {
  return { path: keyPath(key), value, place };
}

function takes(key: string, type: string): boolean {
  return [partAt(keyPath(key))?.type ?? []].flat().includes(type);
}
