import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/experiment/errors.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { readVerbalizer } from "../../src/prompt/verbalizer.ts";
import { MINI } from "../shared.ts";
import unigram from "../fixtures/tokenizers/unigram/tokenizer.json" with { type: "json" };
import reference from "../fixtures/tokenizers/reference.json" with { type: "json" };

const KINDS = [
  "wordpiece",
  "byte-level-bpe",
  "byte-fallback-bpe",
  "unigram",
  "unigram-precompiled",
  "mini",
] as const;
const folderOf = (kind: string) => kind === "mini" ? MINI : join("test/fixtures/tokenizers", kind);

for (const kind of KINDS) {
  Deno.test(`the ids of ${kind} are those of Hugging Face's own tokenizers, or the text is known to differ`, async () => {
    const tokenizer = await readTokenizer(folderOf(kind));
    for (const [i, text] of reference.texts.entries()) {
      const differs = JSON.stringify(tokenizer.encode(text)) !== JSON.stringify(reference.ids[kind][i]);
      assertEquals(differs, tokenizer.differsFromReference(text), text);
    }
  });
}

Deno.test("Chinese, in full width and beside Latin letters, is cut as the reference does", async () => {
  const tokenizer = await readTokenizer(folderOf("wordpiece"));
  assertEquals(tokenizer.pieces("情感是正面的吗？"), [..."情感是正面的吗？"]);
});

Deno.test("a model's tokens around a text, and what it lacks, are found out", async () => {
  const [bert, gpt, llama] = await Promise.all(
    ["wordpiece", "byte-level-bpe", "byte-fallback-bpe"].map((kind) => readTokenizer(folderOf(kind))),
  );
  assertEquals([bert!.prefix, bert!.suffix, bert!.padId, bert!.maskId], [[2], [3], 0, 4]);
  assertEquals([gpt!.prefix, gpt!.suffix, gpt!.padId, gpt!.maskId], [[], [], 0, undefined]);
  assertEquals([llama!.prefix, llama!.suffix, llama!.padId, llama!.maskId], [[1], [], 0, undefined]);
});

Deno.test("a step that the library lacks is an error that names it", () => {
  const model = { ...unigram, normalizer: { type: "Nmt" } };
  assertThrows(() => Tokenizer.of(model, {}), InputError, "Unknown Normalizer type: Nmt");
});

Deno.test("a word that is one token only behind a space is proposed with it", async () => {
  const tokenizer = await readTokenizer(folderOf("byte-level-bpe"));
  const whole = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id))
    .filter((token) => /^Ġ[a-z]{3,}$/.test(token)).map((token) => token.slice(1))
    .find((word) => tokenizer.encode(word).length > 1)!;
  assertThrows(
    () => readVerbalizer({ a: [whole], b: ["!"] }, tokenizer, "error"),
    InputError,
    `must be one token of the model's vocabulary, as ' ${whole}' `,
  );
  assertEquals(readVerbalizer({ a: [` ${whole}`], b: ["!"] }, tokenizer, "error").tokens[0]![0]!.length, 1);
});
