/** What of a part of a JSON Schema (draft 7) reading, messages, pages and types go by. */
export interface SchemaPart {
  readonly description?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, SchemaPart>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaPart;
  readonly items?: SchemaPart;
  readonly anyOf?: readonly SchemaPart[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  /** Of a value that is one of two kinds, a text or an object: what the text may be … */
  readonly then?: SchemaPart;
  /** … and what the object holds. */
  readonly else?: SchemaPart;
  /** Of the keys that multiply a file: each key of this map is a path of the experiment, and holds values of that path, or null. */
  readonly paths?: "values" | "lists";
}

/** The keys that a part of the schema names; those of an object that may also be a text, too. */
export function propertiesOf(part: SchemaPart | undefined): Readonly<Record<string, SchemaPart>> {
  return part?.properties ?? part?.else?.properties ?? {};
}
