import { assertEquals } from "@std/assert";
import { sizeText } from "../../src/base/size_text.ts";

Deno.test("sizes are in the largest unit that they fill, with three digits", () => {
  const sizes = [0, 1, 999, 1000, 12_345, 999_999, 1e9, 2.5e15];
  assertEquals(sizes.map(sizeText), [
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1.00 kB",
    "12.3 kB",
    "1000 kB",
    "1.00 GB",
    "2500 TB",
  ]);
});
