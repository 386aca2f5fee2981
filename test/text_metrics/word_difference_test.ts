import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { markDifferences, type MarkedPiece } from "../../src/text_metrics/word_difference.ts";

/** A text with its marked parts in brackets. */
const shown = (pieces: readonly MarkedPiece[]) =>
  pieces.map(({ text, differs }) => differs ? `[${text}]` : text).join("");

const both = (a: string, b: string) => {
  const found = markDifferences(a, b);
  return [shown(found.a), shown(found.b)];
};

Deno.test("the words that differ are marked", () => {
  assertEquals(both("a good old film", "a bad film"), ["a [good old] film", "a [bad] film"]);
  assertEquals(both("yes", "Yes, sir!"), ["[yes]", "[Yes, sir!]"]);
  assertEquals(both("same  text\n", "same text"), ["same  text\n", "same text"]);
  assertEquals(both("", "new"), ["", "[new]"]);
  assertEquals(both("the cat sat", "on the mat the cat sat"), ["the cat sat", "[on the mat] the cat sat"]);
  assertEquals(both("it's 3.5", "it's 3.6"), ["it's 3.[5]", "it's 3.[6]"]);
});

Deno.test("characters are marked in scripts without blanks, and no character is split", () => {
  assertEquals(both("北京大学", "北京小学"), ["北京[大]学", "北京[小]学"]);
  assertEquals(both("我有iPhone手机", "我有iPad手机"), ["我有[iPhone]手机", "我有[iPad]手机"]);
  assertEquals(both("กิน", "กีน"), ["[กิ]น", "[กี]น"]);
  assertEquals(both("👩‍👩‍👧 ok", "👨‍👩‍👧 ok"), ["[👩‍👩‍👧] ok", "[👨‍👩‍👧] ok"]);
  assertEquals(both("cafe\u0301", "cafe"), ["[cafe\u0301]", "[cafe]"]);
  assertEquals(both("x\ud800y", "x\ud801y"), ["x[\ud800]y", "x[\ud801]y"]);
});

Deno.test("pieces make up their texts, and what is not marked is common to both, as much as there can be", () => {
  const stream = new RandomStream(0, "test");
  for (let i = 0; i < 100; i++) {
    const draw = () =>
      Array.from({ length: stream.integer(12) }, () => "uvw 中文"[stream.integer(6)]!).join(" ");
    const [a, b] = [draw(), draw()];
    const found = markDifferences(a, b);
    const common = (pieces: readonly MarkedPiece[]) =>
      pieces.filter(({ differs }) => !differs).map(({ text }) => text).join("").replaceAll(/\s/g, "");
    assertEquals(found.a.map(({ text }) => text).join(""), a);
    assertEquals(found.b.map(({ text }) => text).join(""), b);
    assertEquals(common(found.a), common(found.b));
    assertEquals(common(found.a).length, tableLength(a, b), `${a} | ${b}`);
  }
});

/** The length of the longest common subsequence of two texts' characters other than blanks, by its table. */
function tableLength(a: string, b: string): number {
  const [left, second] = [a, b].map((text) => [...text].filter((one) => one !== " "));
  let above = new Array<number>(second!.length + 1).fill(0);
  for (const one of left!) {
    const next = [0];
    for (const [j, other] of second!.entries()) {
      next.push(one === other ? above[j]! + 1 : Math.max(above[j + 1]!, next[j]!));
    }
    above = next;
  }
  return above.at(-1)!;
}

Deno.test("long texts are marked in reasonable time", () => {
  const text = Array.from({ length: 10_000 }, (_, i) => `w${i}`).join(" ");
  const start = performance.now();
  assertEquals(shown(markDifferences(text, `${text} more`).b).slice(-7), " [more]");
  assert(performance.now() - start < 10_000);
});
