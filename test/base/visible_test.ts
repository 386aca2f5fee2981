import { assertEquals } from "@std/assert";
import { visible, visibleLines } from "../../src/base/visible.ts";

Deno.test("characters that steer a terminal or hide text are shown as escapes that JSON reads as themselves", () => {
  const unsafe = [
    ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter((one) => one !== "\t"),
    ...Array.from({ length: 0x21 }, (_, i) => String.fromCharCode(0x7f + i)),
    ..."\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
  ];
  for (const one of unsafe) {
    assertEquals(/^\\(?:n|r|u[0-9a-f]{4})$/.test(visible(one)), true);
    assertEquals(JSON.parse(`"${visible(one)}"`), one);
  }
  const plain = "tab\t, naïve, 中文, עברית, 👩‍💻 \\n";
  assertEquals(visible(plain), plain);
  assertEquals(visibleLines("a\nb\rc"), "a\nb\\rc");
});
