import { assertEquals } from "@std/assert";
import { settledLength } from "../../src/generation/settled.ts";

const settled = (text: string, ...stop: string[]) => text.slice(0, settledLength(text, stop));

Deno.test("the last word may still change, and the blanks before it", () => {
  assertEquals(settled("I do"), "I");
  assertEquals(settled("I do n't "), "I do n't");
  assertEquals(settled("one"), "");
  assertEquals(settled(""), "");
});

Deno.test("characters of scripts without blanks are settled one by one, once all their bytes are there", () => {
  assertEquals(settled("北京大"), "北京大");
  assertEquals(settled("北京\ufffd"), "北京");
  assertEquals(settled("北京 iPh"), "北京");
});

Deno.test("what may be the start of a stop string is not settled", () => {
  assertEquals(settled("答案\n", "\n\n问"), "答案");
  assertEquals(settled("a b c d ", "c d e", "d !"), "a b");
  assertEquals(settled("中文", "文字"), "中");
  assertEquals(settled("中文", "字文"), "中文");
});
