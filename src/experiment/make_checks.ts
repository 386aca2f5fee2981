import { _, Ajv, type CodeKeywordDefinition } from "ajv";
import { OWN_SCHEMA } from "../schema/own_schema.ts";
import { GENERATED, moduleOf, withoutDescriptions } from "../schema/schema_checks.ts";
import { MULTIPLIERS } from "./multipliers.ts";
import { EXPERIMENT_SCHEMA } from "./schema_part.ts";

/**
 * The keyword `uniqueItems`, in as many steps as there are items: Ajv's own compares each item with each, and a swept key may have
 * thousands.
 */
const UNIQUE_ITEMS: CodeKeywordDefinition = {
  keyword: "uniqueItems",
  type: "array",
  schemaType: "boolean",
  code(context) {
    const { gen, data, schema } = context;
    if (schema === false) return;
    const lastRepeated = gen.scopeValue("func", { ref: "lastRepeated", code: _`lastRepeated` });
    const repeated = gen.const("repeated", _`${lastRepeated}(${data})`);
    context.setParams({ repeated });
    context.fail(_`${repeated} !== undefined`);
  },
  error: {
    message: _`undefined`,
    params: ({ params: { repeated } }) => _`{i: ${repeated}.second, j: ${repeated}.first}`,
  },
};

/** The checks of an experiment file, and of the part that multiplies it, as a JavaScript module. */
export function experimentChecks(): string {
  const ajv = new Ajv({
    ...OWN_SCHEMA,
    code: GENERATED,
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    // Whatever it is, the launcher sees where it leads.
    formats: { path: true },
  });
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword("sharedFrom");
  ajv.addKeyword(UNIQUE_ITEMS);
  const { properties = {} } = EXPERIMENT_SCHEMA;
  const multiplying = Object.fromEntries(MULTIPLIERS.map((key) => [key, properties[key]]));
  ajv.addSchema(withoutDescriptions(EXPERIMENT_SCHEMA), "whole");
  ajv.addSchema(withoutDescriptions({ type: "object", properties: multiplying }), "multipliers");
  return moduleOf(ajv, { whole: "whole", multipliers: "multipliers" }, {
    schema: "schema.json",
    types: "./experiment_checks.d.ts",
    imports: [
      `import { codePointsIn } from "../base/code_points.ts";`,
      `import { lastRepeated } from "./distinct.ts";`,
    ],
  });
}
