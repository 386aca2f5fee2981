import { assert, assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding/hex";
import { jsonPieces } from "../../src/base/json_pieces.ts";
import { sha256OfJson } from "../../src/base/sha256.ts";

const VALUES = [
  [[], [{ id: "a:1", text: "naïve — \u2028 \ud800 “x”\n", label: "p" }], []],
  [],
  {},
  { a: undefined, b: [[1, null, 0.1 + 0.2], []], c: { d: { e: 'say "no"' }, f: undefined } },
  [[undefined, null, [1]], { at: [] }],
  "text",
  null,
];

Deno.test("pieces of JSON make the text that JSON.stringify makes", () => {
  for (const value of VALUES) assertEquals([...jsonPieces(value)].join(""), JSON.stringify(value));
});

Deno.test("a large value comes in pieces of its own size each, and hashes as its whole text", async () => {
  const part = Array.from(
    { length: 5000 },
    (_, i) => ({ id: `f:${i}`, text: "word ".repeat(20), label: "x" }),
  );
  const value = [part, [], part];
  const whole = JSON.stringify(value);
  const pieces = [...jsonPieces(value)];
  assert(pieces.length > 10 && pieces.every(({ length }) => length < 2 ** 17));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(whole));
  assertEquals(sha256OfJson(value), encodeHex(hash));
});
