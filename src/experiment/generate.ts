/**
 * `deno task keys`: writes what is made of the experiment's schema, the types and the page on its keys.
 *
 * @module
 */
import { schemaPage } from "./schema_page.ts";
import { EXPERIMENT_SCHEMA } from "./schema_part.ts";
import { schemaTypes } from "./schema_types.ts";

/** The module of the experiment file's types. */
export function experimentTypes(): string {
  return schemaTypes(EXPERIMENT_SCHEMA, { schema: "schema.json", root: "ExperimentFile", suffix: "Keys" });
}

if (import.meta.main) {
  await Deno.writeTextFile("docs/experiment-file.md", schemaPage());
  await Deno.writeTextFile("src/experiment/experiment_file.ts", experimentTypes());
}
