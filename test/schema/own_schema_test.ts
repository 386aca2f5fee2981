import { assertEquals } from "@std/assert";
import { Ajv } from "ajv";
import { EXPERIMENT_SCHEMA } from "../../src/experiment/schema_part.ts";
import { ROOT } from "../shared.ts";

/** The schemas of the project: all in `src`. */
const SCHEMAS: readonly string[] = (await Array.fromAsync(Deno.readDir(`${ROOT}src`)))
  .filter(({ isDirectory }) => isDirectory)
  .flatMap(({ name }) =>
    [...Deno.readDirSync(`${ROOT}src/${name}`)].map((file) => `src/${name}/${file.name}`)
  )
  .filter((path) => path.endsWith(".json"));

Deno.test("the project's schemas are JSON Schemas: the program does not check them when it starts", async () => {
  const ajv = new Ajv();
  const found = SCHEMAS.map(async (path) => [path, JSON.parse(await Deno.readTextFile(`${ROOT}${path}`))]);
  const schemas = Object.fromEntries(await Promise.all(found));
  assertEquals(Object.keys(schemas).length >= 4, true);
  for (
    const [path, schema] of Object.entries({ ...schemas, "with references replaced": EXPERIMENT_SCHEMA })
  ) {
    assertEquals([ajv.validateSchema(schema as object), ajv.errors], [true, null], path);
  }
  assertEquals(ajv.validateSchema({ type: "no type" }), false);
});
