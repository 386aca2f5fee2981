import { Ajv, type ValidateFunction } from "ajv";
import { OWN_SCHEMA } from "./own_schema.ts";
import type { SchemaPart } from "./schema_part.ts";

/** The name under which the schema is registered. */
const SCHEMA = "schema";

/**
 * The definitions of a JSON Schema, which check data read from files. This is the only place where data that were
 * read get a type: the one generated from the same definition.
 *
 * @typeParam Types the generated types, by the definitions' names
 */
export class Definitions<Types> {
  private readonly ajv = new Ajv({ ...OWN_SCHEMA, strict: false });

  constructor(schema: SchemaPart) {
    this.ajv.addSchema(schema, SCHEMA);
  }

  /**
   * Checks data that were read against a definition. Keys that the definition does not name are ignored.
   *
   * @param refuse makes an error from a description of the fault: "'test.loss' must be number"
   */
  read<Name extends keyof Types & string>(
    name: Name,
    content: unknown,
    refuse: (fault: string) => Error,
  ): Types[Name] {
    const validate: ValidateFunction<Types[Name]> | undefined = this.ajv.getSchema(
      `${SCHEMA}#/definitions/${name}`,
    );
    if (validate === undefined) throw new Error(`the schema has no definition '${name}'`);
    if (validate(content)) return content;
    const { instancePath = "", message = "is not valid" } = validate.errors?.[0] ?? {};
    throw refuse(
      `${instancePath === "" ? "it" : `'${instancePath.slice(1).replaceAll("/", ".")}'`} ${message}`,
    );
  }
}
