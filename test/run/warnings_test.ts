import { assertEquals } from "@std/assert";
import { encodingWarnings } from "../../src/run/warnings.ts";

/** The warnings about texts of which one part of the data has some that are truncated, and some with characters of other tables. */
function warningsOf(truncated: number, otherwise: number): string[] {
  const encoded = {
    truncated: { train: truncated, validation: 0, test: 0, samples: 0 },
    otherwise,
    unknownWords: [],
  };
  return encodingWarnings("small", { card: { positions: 64 } }, encoded);
}

Deno.test("one text is truncated, and several are", () => {
  assertEquals(warningsOf(1, 0), ["small: 1 text is truncated to fit the model's 64 positions"]);
  assertEquals(warningsOf(2, 0), ["small: 2 texts are truncated to fit the model's 64 positions"]);
});

Deno.test("one text with characters of other tables is one", () => {
  assertEquals(warningsOf(0, 1).map((line) => line.slice(0, 40)), [
    "warning: small: 1 text with characters t",
  ]);
});
