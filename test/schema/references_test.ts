import { assertEquals, assertThrows } from "@std/assert";
import experiment from "../../src/experiment/schema.json" with { type: "json" };
import { withoutReferences } from "../../src/schema/references.ts";

const definitions = {
  file: { properties: { path: { description: "A path.", type: "string", default: "a" } } },
};

Deno.test("a reference becomes what it refers to, wherever it stands, and tells where it is from; what stands beside it takes precedence", () => {
  const path = { $ref: "#/definitions/file/properties/path" };
  const whole = { ...definitions.file.properties.path, sharedFrom: "file" };
  assertEquals(
    withoutReferences({
      definitions,
      properties: { x: path, y: { ...path, description: "Another.", default: "b" } },
      additionalProperties: { items: path },
      then: { properties: { z: path } },
      else: { additionalProperties: false },
    }),
    {
      definitions,
      properties: { x: whole, y: { ...whole, description: "Another.", default: "b" } },
      additionalProperties: { items: whole },
      then: { properties: { z: whole } },
      else: { additionalProperties: false },
    },
  );
});

Deno.test("a reference to nothing is an error", () => {
  for (const $ref of ["#/definitions/file/properties/name", "#/definitions/file", "other.json"]) {
    assertThrows(() => withoutReferences({ definitions, items: { $ref } }), Error, $ref);
  }
});

Deno.test("only words and defaults stand beside a reference of the experiment's schema: validators ignore them", () => {
  const restricted = (part: unknown): string[] => {
    if (typeof part !== "object" || part === null) return [];
    const others = Object.keys(part).filter((key) => !["$ref", "description", "default"].includes(key));
    return "$ref" in part && others.length > 0
      ? [`${part.$ref}: ${others}`]
      : Object.values(part).flatMap(restricted);
  };
  assertEquals(restricted(experiment), []);
});
