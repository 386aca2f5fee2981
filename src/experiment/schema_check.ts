import { Ajv, type SchemaValidateFunction, type ValidateFunction } from "ajv";
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

/** Validates a value against the schema of an experiment file; `errors` has all its violations. */
export const isExperimentFile: ValidateFunction<ExperimentFile> = validatorFor<ExperimentFile>(
  EXPERIMENT_SCHEMA,
);

const { sweep, exclude, variants, search } = EXPERIMENT_SCHEMA.properties ?? {};

/** Validates the part of a file that multiplies it; the rest need not be valid, as variants may complete it. */
export const holdsMultipliers: ValidateFunction<Multipliers> = validatorFor<Multipliers>({
  type: "object",
  properties: { sweep, exclude, variants, search },
});

/** Ajv's own `uniqueItems` compares each item with each, and a swept key may have thousands. */
function validatorFor<Valid>(part: object): ValidateFunction<Valid> {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    ownProperties: true,
    // Whatever it is, the launcher sees where it leads.
    formats: { path: true },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword("sharedFrom");
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: areDistinct });
  return ajv.compile<Valid>(part);
}
