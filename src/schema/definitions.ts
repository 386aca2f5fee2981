import type { ErrorObject } from "ajv";

/** A check of data against a definition; its `errors` are those of the last data. */
export interface Check<Valid> {
  (data: unknown): data is Valid;
  readonly errors?: readonly ErrorObject[] | null;
}

/** The checks of a schema's definitions, by their names. @typeParam Types the generated types, by the same names */
export type Checks<Types> = { readonly [Name in keyof Types]: Check<Types[Name]> };

/**
 * The definitions of a JSON Schema, which check data read from files. This is the only place where data that were
 * read get a type: the one generated from the same definition.
 *
 * @typeParam Types the generated types, by the definitions' names
 */
export class Definitions<Types> {
  /** @param checks generated from the definitions as well: to load Ajv, and to have it make them, takes a good part of the time of a short command */
  constructor(private readonly checks: Checks<Types>) {}

  /**
   * Checks data that were read against a definition. Keys that the definition does not name are ignored.
   *
   * @param refuse makes an error from a description of the fault: "'test.loss' must be number"
   */
  read<Name extends keyof Types>(
    name: Name,
    content: unknown,
    refuse: (fault: string) => Error,
  ): Types[Name] {
    const check: Check<Types[Name]> = this.checks[name];
    if (check(content)) return content;
    const { instancePath = "", message = "is not valid" } = check.errors?.[0] ?? {};
    throw refuse(
      `${instancePath === "" ? "it" : `'${instancePath.slice(1).replaceAll("/", ".")}'`} ${message}`,
    );
  }
}
