import { Ajv, type ValidateFunction } from "ajv";
import type { ExperimentFile } from "./experiment_file.ts";
import schema from "./schema.json" with { type: "json" };

/** Validates a value against the schema of an experiment file; `errors` has all its violations. */
export const isExperimentFile: ValidateFunction<ExperimentFile> = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  ownProperties: true,
  // Whatever it is, the launcher sees where it leads.
  formats: { path: true },
}).compile(schema);
