import { assertEquals, assertThrows } from "@std/assert";
import { PageError } from "../../src/browser/page_error.ts";
import { typedVerbalizer } from "../../src/browser/typed_verbalizer.ts";
import type { Tokenizer } from "../../src/model/tokenizer.ts";

/** A tokenizer that knows words by the space before them, and splits all others into letters. */
const VOCABULARY = [" good", " bad", "fine"];
const TOKENIZER = {
  knows: (word: string) => !word.includes("?"),
  encode: (word: string) => {
    const id = VOCABULARY.indexOf(word);
    return id < 0 ? [...word].map((letter) => letter.charCodeAt(0)) : [1000 + id];
  },
  pieces: (word: string) => [...word],
  tokenOf: String,
  model: { words: 2000 },
} as unknown as Tokenizer;

Deno.test("words that are tokens are looked up; of another, the page says its pieces and a spelling that is one", () => {
  const words = { a: [" good", "fine"], b: [" bad"] };
  assertEquals(typedVerbalizer(words, TOKENIZER, "error"), {
    classes: ["a", "b"],
    tokens: [[[1000], [1002]], [[1001]]],
  });
  const spaced = assertThrows(
    () => typedVerbalizer({ a: ["good"], b: ["fine"] }, TOKENIZER, "error"),
    PageError,
  );
  assertEquals(
    spaced.text.en,
    `'good', a word of 'a', is no token of the model's vocabulary (its pieces are g o o d): write " good", with its quotes`,
  );
  const strange = assertThrows(
    () => typedVerbalizer({ a: ["xy"], b: ["fine"] }, TOKENIZER, "error"),
    PageError,
  );
  assertEquals(
    strange.text.zh,
    "类别“a”的词“xy”不是模型词表中的单个词（会被切分为 x y）：请换一个词",
  );
});

Deno.test("words of several tokens are taken where the run takes them, but none that the tokenizer does not know", () => {
  const { tokens } = typedVerbalizer({ a: ["xy"], b: ["fine"] }, TOKENIZER, "mean");
  assertEquals(tokens, [[[120, 121]], [[1002]]]);
  assertThrows(
    () => typedVerbalizer({ a: ["?"], b: ["fine"] }, TOKENIZER, "mean"),
    PageError,
    "choose another",
  );
});
