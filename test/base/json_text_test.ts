import { assertEquals, assertThrows } from "@std/assert";
import { parseJson, repeatedKey } from "../../src/base/json_text.ts";

Deno.test("JSON is read as deep as 500, and refused beyond with a reason", () => {
  const nested = (depth: number) => `${"[".repeat(depth)}"]]\\"]"${"]".repeat(depth)}`;
  assertEquals(JSON.stringify(parseJson(nested(500))), nested(500));
  for (const depth of [501, 100_000]) {
    assertThrows(() => parseJson(nested(depth)), SyntaxError, "nested more than 500 deep");
  }
  assertThrows(() => parseJson("[".repeat(100_000)), SyntaxError, "Unexpected end");
});

Deno.test("a key that an object has twice is found at any depth, however it is spelled", () => {
  assertEquals(repeatedKey('{"a":{"b":1},"b":[{"a":1},{"a":"\\"a\\":"}]}'), undefined);
  assertEquals(repeatedKey('{"a":1,"b":{"a":1,"\\u0061":2}}'), "a");
  assertEquals(repeatedKey('[{"x":[]},{"x":1,"y":{},"x":2}]'), "x");
});
