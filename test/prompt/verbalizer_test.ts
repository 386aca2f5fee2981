import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/experiment/errors.ts";
import { readVerbalizer, verbalizerFeeds } from "../../src/prompt/verbalizer.ts";
import { tokenizer } from "./mini_tokenizer.ts";

Deno.test("words become tokens, and a class's logit the mean of its words'", () => {
  const verbalizer = readVerbalizer({ negative: ["bad"], positive: ["good", "great"] }, tokenizer);
  assertEquals(verbalizer, { classes: ["negative", "positive"], tokens: [[387], [307, 381]] });
  const { label_tokens, label_weights } = verbalizerFeeds(verbalizer);
  assertEquals([label_tokens.dims, Array.from(label_tokens.data, Number)], [[2, 2], [387, 0, 307, 381]]);
  assertEquals(Array.from(label_weights.data, Number), [1, 0, 0.5, 0.5]);
});

Deno.test("words that are not one token are refused, all at once", () => {
  assertThrows(
    () => readVerbalizer({ negative: ["abysmally"], positive: ["good", "wonderfulest", "很"] }, tokenizer),
    InputError,
    "the tokenizer splits 'abysmally' of the class 'negative' into",
  );
  const error = assertThrows(
    () => readVerbalizer({ a: ["good"], b: ["wonderfulest", "很"] }, tokenizer),
    InputError,
  );
  assertEquals(error.message.includes("'wonderfulest'") && error.message.includes("'很'"), true);
});
