/**
 * Writes the modules of types that are made of the project's JSON Schemas: a part of `deno task keys`.
 *
 * @module
 */
import experiment from "../experiment/schema.json" with { type: "json" };
import runFiles from "../results/run_files.json" with { type: "json" };
import { schemaTypes } from "./schema_types.ts";

/** The modules that are made, by their paths. */
export function generatedModules(): Record<string, string> {
  return {
    "src/experiment/experiment_file.ts": schemaTypes(experiment, {
      schema: "schema.json",
      root: "ExperimentFile",
      suffix: "Keys",
    }),
    "src/results/run_files.ts": schemaTypes(runFiles, {
      schema: "run_files.json",
      definitions: "RunFileTypes",
    }),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedModules())) await Deno.writeTextFile(path, text);
}
