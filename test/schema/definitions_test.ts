import { assertEquals, assertThrows } from "@std/assert";
import { Definitions } from "../../src/schema/definitions.ts";

const DEFINITIONS = new Definitions<{ readonly line: { readonly step: number } }>({
  definitions: { line: { type: "object", required: ["step"], properties: { step: { type: "number" } } } },
});

Deno.test("data that match a definition have its type, and other data are refused with the reason", () => {
  const read = (content: unknown) => DEFINITIONS.read("line", content, (fault) => new RangeError(fault));
  assertEquals(read({ step: 3, more: 1 }).step, 3);
  assertThrows(() => read([]), RangeError, "it must be object");
  assertThrows(() => read({}), RangeError, "it must have required property 'step'");
  assertThrows(() => read({ step: "3" }), RangeError, "'step' must be number");
});
