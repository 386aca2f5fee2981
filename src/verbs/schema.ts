import type { Command } from "commander";

/** What `schema` does. */
export interface SchemaVerb {
  schema(): Promise<void>;
}

/** Adds `schema` to the command line. */
export function addSchema(program: Command, verbs: SchemaVerb): void {
  program.command("schema")
    .description("print the JSON Schema of experiment files, for editors")
    .addHelpText("after", "\nExample:\n  softprompt schema > experiment.schema.json")
    .action(() => verbs.schema());
}
