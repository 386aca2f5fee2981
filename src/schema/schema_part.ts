/** The part of JSON Schema (draft 7) that reading, messages, pages and types use. */
export interface SchemaPart {
  readonly description?: string;
  readonly $ref?: string;
  /** Of a key whose reference was replaced: the definition that it is a key of. */
  readonly sharedFrom?: string;
  readonly definitions?: Readonly<Record<string, SchemaPart>>;
  /** `path`: a string is a path, relative to the file. */
  readonly format?: string;
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
  /** How a value of a pattern is written. */
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  /** For a value that is a string or an object: the schema of the string … */
  readonly then?: SchemaPart;
  /** … and that of the object. */
  readonly else?: SchemaPart;
  /** For the keys that multiply a file: each key of this map is a path of the experiment, with values of that path, or null. */
  readonly paths?: "values" | "lists";
}

/** The keys that a part of the schema names, also for an object that may be a string or a list instead. */
export function propertiesOf(part: SchemaPart | undefined): Readonly<Record<string, SchemaPart>> {
  return part?.properties ?? part?.else?.properties ?? part?.then?.properties ?? {};
}
