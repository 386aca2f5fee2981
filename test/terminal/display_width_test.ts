import { assertEquals } from "@std/assert";
import stringWidth from "string-width";
import { displayWidth, isPlain } from "../../src/terminal/display_width.ts";

Deno.test("plain texts are as wide as the library says", () => {
  const characters = Array.from({ length: 0x3000 }, (_, i) => String.fromCharCode(i)).filter(isPlain);
  for (const one of characters) {
    for (const text of [one, ...characters.map((other) => one + other)]) {
      assertEquals(displayWidth(text), stringWidth(text), JSON.stringify(text));
    }
  }
});

Deno.test("other texts are measured: wide, combined and control characters, styles", () => {
  for (const text of ["漢字", "e\u0301", "👩‍👧", "a\tb", "\x1b[31mred\x1b[39m", "\u200b", "a\u{e9}"]) {
    assertEquals(isPlain(text), false, text);
    assertEquals(displayWidth(text), stringWidth(text), text);
  }
});
