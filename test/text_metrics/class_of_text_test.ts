import { assertEquals } from "@std/assert";
import { classReader, sameTexts } from "../../src/text_metrics/class_of_text.ts";
import { scoreText } from "../../src/text_metrics/score_text.ts";

const VERBALIZER = { negative: ["very bad", "bad"], positive: ["very good"], 中: ["很好"], sign: ["+"] };

Deno.test("a generated text stands for the class of whose texts one is an exact match, else for none", () => {
  const classOf = classReader(VERBALIZER);
  const texts = [
    "Very bad.",
    " the BAD ",
    "very good",
    "good",
    "",
    "bad bad",
    "很好。",
    "很",
    "+",
    "a",
    "badvery",
  ];
  for (const text of texts) {
    const [expected] = Object.entries(VERBALIZER).find(([, own]) => scoreText(text, own).exact_match === 1) ??
      [];
    assertEquals(classOf(text), expected, text);
  }
});

Deno.test("texts that normalization makes those of another class are found", () => {
  assertEquals(sameTexts(VERBALIZER), []);
  const [found] = sameTexts({ a: ["The good"], b: ["ok", "good!"] });
  assertEquals(found, { name: "b", index: 1, text: "good!", other: { text: "The good", name: "a" } });
  assertEquals(sameTexts({ a: ["Good", "good"], b: ["ok"] }), [], "one class may have both");
});
