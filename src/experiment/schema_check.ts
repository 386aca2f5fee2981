import { Ajv, type ValidateFunction } from "ajv";
import type { ExperimentFile } from "./experiment_file.ts";
import { EXPERIMENT_SCHEMA } from "./schema_part.ts";

/** Validates a value against the schema of an experiment file; `errors` has all its violations. */
export const isExperimentFile: ValidateFunction<ExperimentFile> = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  ownProperties: true,
}).compile<ExperimentFile>(EXPERIMENT_SCHEMA);
