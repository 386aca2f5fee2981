import { withoutReferences } from "../schema/references.ts";
import { propertiesOf, type SchemaPart } from "../schema/schema_part.ts";
import type { KeyPath } from "./key_path.ts";
import schema from "./schema.json" with { type: "json" };

/** The limits of a number. */
export interface NumberLimits {
  readonly type: "integer" | "number";
  /** The inclusive minimum, … */
  readonly minimum?: number;
  /** … or the exclusive one. */
  readonly exclusiveMinimum?: number;
  /** The inclusive maximum. */
  readonly maximum?: number;
}

/** The schema in its file, with its references replaced by what they refer to. */
export const EXPERIMENT_SCHEMA: SchemaPart = withoutReferences(schema);

/** The values in a sweep, its exclusions and the variants have the schemas of the paths that they name, which JSON Schema cannot express. */
const MULTIPLIER_PARTS: Readonly<Record<string, SchemaPart>> = {
  sweep: { paths: "lists" },
  exclude: { items: { paths: "values" } },
  variants: { additionalProperties: { paths: "values" } },
  search: { ...EXPERIMENT_SCHEMA.properties?.search, paths: "lists" },
};

/** The schema of a whole experiment file. */
export const FILE_PART: SchemaPart = {
  ...EXPERIMENT_SCHEMA,
  properties: { ...EXPERIMENT_SCHEMA.properties, ...MULTIPLIER_PARTS },
};

/** The key that, besides those of the sweep, distinguishes named variants; `exclude` may name it. */
const VARIANT_PART: SchemaPart = { type: "string" };

/** The schema of a key's value, or of a list's items; `undefined` where it does not define them. */
export function partOf(part: SchemaPart | undefined, key: string | number): SchemaPart | undefined {
  if (part?.paths !== undefined && !Object.hasOwn(propertiesOf(part), key)) {
    const named = key === "variant" ? VARIANT_PART : partAt(String(key).split("."));
    const settable = named && { ...named, type: [...[named.type ?? []].flat(), "null"] };
    if (settable === undefined || part.paths === "values") return settable;
    const { additionalProperties: range } = part;
    return { ...(typeof range === "object" && range), items: settable };
  }
  if (part?.items !== undefined) return part.items;
  const properties = propertiesOf(part);
  if (Object.hasOwn(properties, key)) return properties[key];
  const { additionalProperties } = part ?? {};
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** A kind of file that people write. */
export interface WrittenKind {
  /** What a file describes, for messages. */
  readonly name: "experiment" | "cluster";
  /** The schema of a whole file. */
  readonly schema: SchemaPart;
}

/** An experiment file. */
export const EXPERIMENT: WrittenKind = { name: "experiment", schema: FILE_PART };

/** The schema of the value at a path of an experiment, or of another file; `undefined` where there is no such key. */
export function partAt(path: KeyPath, schema: SchemaPart = FILE_PART): SchemaPart | undefined {
  return path.reduce<SchemaPart | undefined>(partOf, schema);
}

/** The paths of all keys of an experiment that have a name, in dot notation. */
export function pathsTo(name: string, part: SchemaPart = FILE_PART, above: KeyPath = []): string[] {
  return Object.entries(propertiesOf(part)).flatMap(([key, inner]) => [
    ...(key === name ? [[...above, key].join(".")] : []),
    ...pathsTo(name, inner, [...above, key]),
  ]);
}

/** The schema's limits of the number at a path of an experiment. */
export function numberLimitsAt(path: string): NumberLimits {
  const { type, minimum, exclusiveMinimum, maximum } = partAt(path.split(".")) ?? {};
  if (type !== "integer" && type !== "number") throw new Error(`'${path}' is not a number`);
  return {
    type,
    ...(minimum !== undefined && { minimum }),
    ...(exclusiveMinimum !== undefined && { exclusiveMinimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

/** The types of values that are no scalars. */
const HOLDERS = ["object", "array"];

/** Whether a scalar must be a string, or `null` where the schema allows it. */
export function isText(part: SchemaPart | undefined): boolean {
  const types = typesOf(part);
  return types.includes("string") && types.every((type) => ["string", "null", ...HOLDERS].includes(type));
}

/** Whether a value may be a string, and may as well have keys or items. */
export function isTextOrHolder(part: SchemaPart | undefined): boolean {
  return isText(part) && typesOf(part).some((type) => HOLDERS.includes(type));
}

function typesOf(part: SchemaPart | undefined): readonly string[] {
  return [part?.type ?? []].flat();
}
