import { assert, assertEquals } from "@std/assert";
import { wrapped } from "../../src/terminal/wrapped.ts";
import { widthOf } from "./screen.ts";

Deno.test("a text is broken after blanks and separators, and within words that are too long", () => {
  assertEquals(wrapped("two words", 20), ["two words"]);
  assertEquals(wrapped("two words", 6), ["two", "words"]);
  assertEquals(wrapped("results/reviews", 10), ["results/", "reviews"]);
  assertEquals(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
  assertEquals(wrapped("", 3), [""]);
});

Deno.test("wide characters take two columns, and are not broken", () => {
  const text = "情感分析👩‍👩‍👧‍👦é".repeat(5);
  for (const columns of [2, 3, 7, 10]) {
    const lines = wrapped(text, columns);
    assertEquals(lines.join(""), text);
    for (const line of lines) assert(widthOf(line) <= columns, line);
    assert(lines.every((line) => !line.startsWith("\u200d")), lines.join("\n"));
  }
});
