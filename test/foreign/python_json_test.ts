import { assertEquals, assertThrows } from "@std/assert";
import { canonicalJson, parsePythonJson } from "../../src/foreign/json_values.ts";

Deno.test("numbers of Python that are not finite are null, and the same words in texts stay", () => {
  assertEquals(
    parsePythonJson('{"a": NaN, "b": [-Infinity, Infinity, 1], "c": "NaN and \\"Infinity", "NaN": -1}'),
    { a: null, b: [null, null, 1], c: 'NaN and "Infinity', NaN: -1 },
  );
  assertThrows(() => parsePythonJson('{"a": NaNs}'), SyntaxError);
});

Deno.test("equal values have the same canonical JSON, whatever the order of their keys", () => {
  assertEquals(canonicalJson({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}');
});
