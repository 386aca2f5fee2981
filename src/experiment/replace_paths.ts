import { type KeyPath, valueAt } from "./key_path.ts";
import { FILE_PART, partOf } from "./schema_part.ts";
import type { SchemaPart } from "../schema/schema_part.ts";

/** What takes the place of a path in an experiment; `undefined`: its key is left out. */
export type PathReplacement = (written: string, key: KeyPath) => string | undefined;

/**
 * An experiment with other paths: what the schema gives the format `path`, and is none of the splits of a dataset whose files are
 * not named from the experiment file.
 *
 * @param experiment an experiment, or a part of its keys
 * @param replace is called with the source of a model, too, which may be an id on the hub
 */
export function replacePaths(experiment: object, replace: PathReplacement): object {
  const dataset = Object(valueAt(experiment, ["dataset"]));
  const hasOwnSplits = "name" in dataset || "source" in dataset;
  const replaced = (value: unknown, part: SchemaPart | undefined, key: KeyPath): unknown => {
    if (typeof value === "string") return part?.format === "path" ? replace(value, key) : value;
    if (typeof value !== "object" || value === null) return value;
    if (hasOwnSplits && key.join(".") === "dataset.split") return value;
    if (Array.isArray(value)) return value.map((item, i) => replaced(item, partOf(part, i), [...key, i]));
    return objectReplaced(value, part, key);
  };
  const objectReplaced = (value: object, part: SchemaPart | undefined, key: KeyPath): object =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const now = replaced(inner, partOf(part, name), [...key, name]);
        return now === undefined && inner !== undefined ? [] : [[name, now]];
      }),
    );
  return objectReplaced(experiment, FILE_PART, []);
}
