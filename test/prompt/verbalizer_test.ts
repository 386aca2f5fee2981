import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { readVerbalizer, verbalizerFeeds } from "../../src/prompt/verbalizer.ts";
import { tokenizer } from "./mini_tokenizer.ts";

Deno.test("words become tokens, and a class's logit the mean of its words'", () => {
  const verbalizer = readVerbalizer({ negative: ["bad"], positive: ["good", "great"] }, tokenizer, "error");
  assertEquals(verbalizer, { classes: ["negative", "positive"], tokens: [[[387]], [[307], [381]]] });
  const { label_tokens, label_weights } = verbalizerFeeds(verbalizer);
  assertEquals([label_tokens.dims, Array.from(label_tokens.data, Number)], [[2, 2], [387, 387, 307, 381]]);
  assertEquals(Array.from(label_weights.data, Number), [1, 0, 0.5, 0.5]);
});

Deno.test("words that are not one token are refused, all at once", () => {
  assertThrows(
    () =>
      readVerbalizer(
        { negative: ["abysmally"], positive: ["good", "wonderfulest", "很"] },
        tokenizer,
        "error",
      ),
    InputError,
    "the tokenizer splits 'abysmally' of the class 'negative' into",
  );
  const error = assertThrows(
    () => readVerbalizer({ a: ["good"], b: ["wonderfulest", "很"] }, tokenizer, "error"),
    InputError,
  );
  assertEquals(error.message.includes("'wonderfulest'") && error.message.includes("'很'"), true);
});

Deno.test("words of several tokens stand for their first, or for the mean of all", () => {
  const words = { negative: ["abysmally", "bad"], positive: ["good"] };
  const pieces = tokenizer.encode("abysmally");
  const first = readVerbalizer(words, tokenizer, "firstToken");
  assertEquals(first.tokens, [[[pieces[0]], [387]], [[307]]]);
  const mean = readVerbalizer(words, tokenizer, "mean");
  assertEquals(mean.tokens, [[pieces, [387]], [[307]]]);
  const weights = Array.from(verbalizerFeeds(mean).label_weights.data, Number);
  const share = Math.fround(0.5 / pieces.length);
  assertEquals(weights.slice(0, pieces.length + 1), [...pieces.map(() => share), 0.5]);
  assertEquals(weights[pieces.length + 1], 1);
});

Deno.test("two classes whose words are one token cannot be distinguished", () => {
  assertThrows(
    () => readVerbalizer({ a: ["good"], b: ["Good"] }, tokenizer, "error"),
    InputError,
    "'Good' of the class 'b' is the token 'good', like a word of 'a'",
  );
});
