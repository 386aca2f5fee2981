import { assertEquals, assertThrows } from "@std/assert";
import { type Checks, Definitions } from "../../src/schema/definitions.ts";
import { schemaChecks } from "../../src/schema/schema_checks.ts";

/** What the definitions describe. */
interface Types {
  readonly line: { readonly step: number };
}

const GENERATED = schemaChecks(
  { definitions: { line: { type: "object", required: ["step"], properties: { step: { type: "number" } } } } },
  { schema: "lines.json", types: "./line_checks.d.ts" },
);

const { default: checks }: { default: Checks<Types> } = await import(
  `data:text/javascript,${encodeURIComponent(GENERATED)}`
);

const DEFINITIONS = new Definitions(checks);

Deno.test("data that match a definition have its type, and other data are refused with the reason", () => {
  const read = (content: unknown) => DEFINITIONS.read("line", content, (fault) => new RangeError(fault));
  assertEquals(read({ step: 3, more: 1 }).step, 3);
  assertThrows(() => read([]), RangeError, "it must be object");
  assertThrows(() => read({}), RangeError, "it must have required property 'step'");
  assertThrows(() => read({ step: "3" }), RangeError, "'step' must be number");
});
