import { assertEquals, assertThrows } from "@std/assert";
import { InputError, KeyError } from "../../src/experiment/errors.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { checkTokens, checkVerbalizer } from "../../src/prompt/known_tokens.ts";
import { mostFrequentTokens } from "../../src/prompt/initialization.ts";
import { readVerbalizer } from "../../src/prompt/verbalizer.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const [good, great] = ["good", "great"].map((word) => tokenizer.encode(word)[0]!) as [number, number];

Deno.test("a text with a token that the model has no row for is refused by name", () => {
  const ids = [2, good, great, 3], most = Math.max(...ids);
  checkTokens({ ids }, most + 1, tokenizer, () => "a.tsv:2");
  const { message } = assertThrows(() => checkTokens({ ids }, most, tokenizer, () => "a.tsv:2"), InputError);
  assertEquals(message.startsWith("a.tsv:2 in its template has the token 'great'"), great > good, message);
});

Deno.test("a word that the model cannot answer with is refused by its key", () => {
  const words = { negative: ["bad"], positive: ["good", "great"] };
  const verbalizer = readVerbalizer(words, tokenizer, "error");
  checkVerbalizer(verbalizer, tokenizer.size, tokenizer, words);
  const { wrong } = assertThrows(() => checkVerbalizer(verbalizer, great, tokenizer, words), KeyError);
  assertEquals(wrong.at(-1)!.path, ["verbalizer", "positive", 1]);
});

Deno.test("tokens without a row are neither counted nor drawn", () => {
  const rows = Math.max(good, great), found = mostFrequentTokens(tokenizer, ["good great"], 10_000, rows);
  assertEquals(found.every((id) => id < rows), true);
  assertEquals(found[0], Math.min(good, great));
});

Deno.test("where the pad token has no row, what fills places has one", async () => {
  const padded = await readTokenizer("test/fixtures/tokenizers/unigram"), { padId } = padded;
  assertEquals([padId > 0, padded.forRows(padId + 1).padId, padded.forRows(padId).padId], [true, padId, 0]);
  assertEquals(padded.forRows(padId).encode("a film"), padded.encode("a film"));
});
