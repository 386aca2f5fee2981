import { Ajv, type ValidateFunction } from "ajv";
import type { SchemaPart } from "./schema_part.ts";

/** What the schema is called that its definitions are asked for by. */
const SCHEMA = "schema";

/**
 * The definitions of a JSON Schema, by which what is read from files is checked. It is the one place where something that was
 * read becomes of a type: of that which is generated from the same definition.
 *
 * @typeParam Types the generated types, by the definitions' names
 */
export class Definitions<Types> {
  private readonly ajv = new Ajv({ strict: false, ownProperties: true });

  constructor(schema: SchemaPart) {
    this.ajv.addSchema(schema, SCHEMA);
  }

  /**
   * Something that was read, as what a definition says. Keys that the definition does not name are left alone.
   *
   * @param refuse makes an error of what is wrong, in words: "'test.loss' must be number"
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
    const { instancePath = "", message = "is not what it must be" } = validate.errors?.[0] ?? {};
    throw refuse(
      `${instancePath === "" ? "it" : `'${instancePath.slice(1).replaceAll("/", ".")}'`} ${message}`,
    );
  }
}
