import { Ajv, type SchemaValidateFunction, type ValidateFunction } from "ajv";
import { OWN_SCHEMA } from "../schema/own_schema.ts";
import { lastRepeated } from "./distinct.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { EXPERIMENT_SCHEMA } from "./schema_part.ts";

/** The keys of an experiment file that multiply it. */
export const MULTIPLIERS = [
  "sweep",
  "exclude",
  "variants",
  "search",
] as const satisfies readonly (keyof ExperimentFile)[];

/** The part of an experiment file that multiplies it. */
export type Multipliers = Pick<ExperimentFile, typeof MULTIPLIERS[number]>;

/** The keyword `uniqueItems`, in as many steps as there are items. */
const areDistinct: SchemaValidateFunction = (isAsked: boolean, items: readonly unknown[]) => {
  const repeated = isAsked ? lastRepeated(items) : undefined;
  areDistinct.errors = repeated === undefined
    ? []
    : [{ keyword: "uniqueItems", params: { i: repeated.second, j: repeated.first } }];
  return repeated === undefined;
};

let whole: ValidateFunction<ExperimentFile> | undefined;
let multipliers: ValidateFunction<Multipliers> | undefined;

/**
 * Validates a value against the schema of an experiment file; its `errors` has all violations. It is made when it is first asked for, which
 * takes as long as starting the program.
 */
export function experimentFileValidator(): ValidateFunction<ExperimentFile> {
  return whole ??= validatorFor<ExperimentFile>(EXPERIMENT_SCHEMA);
}

/** Validates the part of a file that multiplies it; the rest need not be valid, as variants may complete it. */
export function multipliersValidator(): ValidateFunction<Multipliers> {
  const { sweep, exclude, variants, search } = EXPERIMENT_SCHEMA.properties ?? {};
  return multipliers ??= validatorFor<Multipliers>({
    type: "object",
    properties: { sweep, exclude, variants, search },
  });
}

/** Ajv's own `uniqueItems` compares each item with each, and a swept key may have thousands. */
function validatorFor<Valid>(part: object): ValidateFunction<Valid> {
  const ajv = new Ajv({
    ...OWN_SCHEMA,
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    // Whatever it is, the launcher sees where it leads.
    formats: { path: true },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword("sharedFrom");
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: areDistinct });
  return ajv.compile<Valid>(part);
}
