import { propertiesOf, type SchemaPart } from "../schema/schema_part.ts";
import type { KeyPath } from "./document.ts";
import schema from "./schema.json" with { type: "json" };

/** What a number may be. */
export interface NumberLimits {
  readonly type: "integer" | "number";
  /** The least that it may be, … */
  readonly minimum?: number;
  /** … or what it must be above. */
  readonly exclusiveMinimum?: number;
}

/** What a sweep, its exclusions and the variants hold is of the paths that they name; JSON Schema has no way to say so. */
const MULTIPLIER_PARTS: Readonly<Record<string, SchemaPart>> = {
  sweep: { paths: "lists" },
  exclude: { items: { paths: "values" } },
  variants: { additionalProperties: { paths: "values" } },
};

/** The schema as it stands in its file. */
export const EXPERIMENT_SCHEMA: SchemaPart = schema;

/** The schema of a whole experiment file. */
export const FILE_PART: SchemaPart = {
  ...EXPERIMENT_SCHEMA,
  properties: { ...EXPERIMENT_SCHEMA.properties, ...MULTIPLIER_PARTS },
};

/** The key, beside those of the sweep, that tells named variants apart; `exclude` may name it. */
const VARIANT_PART: SchemaPart = { type: "string" };

/** The schema of a key's value, or of a list's items; `undefined` where it says nothing of them. */
export function partOf(part: SchemaPart | undefined, key: string | number): SchemaPart | undefined {
  if (part?.paths !== undefined) {
    const named = key === "variant" ? VARIANT_PART : partAt(String(key).split("."));
    const settable = named && { ...named, type: [...[named.type ?? []].flat(), "null"] };
    return settable === undefined || part.paths === "values" ? settable : { items: settable };
  }
  if (part?.items !== undefined) return part.items;
  const properties = propertiesOf(part);
  if (Object.hasOwn(properties, key)) return properties[key];
  const { additionalProperties } = part ?? {};
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** The schema of the value at a path of an experiment; `undefined` where there is no such key. */
export function partAt(path: KeyPath): SchemaPart | undefined {
  return path.reduce<SchemaPart | undefined>(partOf, FILE_PART);
}

/** What the schema lets the number at a path of an experiment be. */
export function numberLimitsAt(path: string): NumberLimits {
  const { type, minimum, exclusiveMinimum } = partAt(path.split(".")) ?? {};
  if (type !== "integer" && type !== "number") throw new Error(`'${path}' holds no number`);
  return {
    type,
    ...(minimum !== undefined && { minimum }),
    ...(exclusiveMinimum !== undefined && { exclusiveMinimum }),
  };
}

/** Whether a value may be nothing but a text, or `null` where the schema has a meaning for it. */
export function isText(part: SchemaPart | undefined): boolean {
  const types = [part?.type ?? []].flat();
  return types.includes("string") && types.every((type) => type === "string" || type === "null");
}
