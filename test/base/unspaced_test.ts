import { assertEquals } from "@std/assert";
import { UNSPACED_CHARACTER } from "../../src/base/unspaced.ts";

const ONE = new RegExp(`^(?:${UNSPACED_CHARACTER})$`, "v");

Deno.test("characters of scripts without blanks are found, with their marks", () => {
  for (
    const one of [
      "中",
      "𠮷",
      "々",
      "〇",
      "ひ",
      "ー",
      "ｶ",
      "か\u3099",
      "ㄅ",
      "ꀀ",
      "ก",
      "กิ์",
      "ກ",
      "ក",
      "က",
      "བོ",
    ]
  ) {
    assertEquals(ONE.test(one), true, one);
  }
});

Deno.test("no letter of a script with blanks is among them, no digit, mark, sign or lone surrogate", () => {
  const spaced =
    /^[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Hangul}\p{sc=Devanagari}]$/u;
  const other = /^[\p{Nd}\p{M}\p{P}\p{S}\p{Z}\p{C}]$/u;
  const found: string[] = [];
  for (let code = 0; code < 0x11000; code++) {
    const one = String.fromCodePoint(code);
    if ((spaced.test(one) || other.test(one)) && ONE.test(one)) found.push(code.toString(16));
  }
  assertEquals(found, []);
});
