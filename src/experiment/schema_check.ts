import { Ajv, type ValidateFunction } from "ajv";
import type { ExperimentFile } from "./experiment_file.ts";
import schema from "./schema.json" with { type: "json" };

/** Whether something is what the schema says of an experiment file; `errors` has all that is wrong in it. */
export const isExperimentFile: ValidateFunction<ExperimentFile> = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  ownProperties: true,
}).compile(schema);
