import schema from "../experiment/schema.json" with { type: "json" };
import type { CommandIo } from "../terminal/command_io.ts";

/** `softprompt schema`: prints the JSON Schema of experiment files. */
export function schemaCommand(io: CommandIo): Promise<void> {
  io.print(schemaText().trimEnd());
  return Promise.resolve();
}

/** The JSON Schema of experiment files, as a text. */
export function schemaText(): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}
