import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readTokenizer, readTokenizerJson } from "../../src/model/read_tokenizer.ts";
import type { Json } from "../../src/model/special_tokens.ts";
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
  "wordlevel",
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

Deno.test("Chinese, in full width and beside Latin letters, is split as by the reference", async () => {
  const tokenizer = await readTokenizer(folderOf("wordpiece"));
  assertEquals(tokenizer.pieces("情感是正面的吗？"), [..."情感是正面的吗？"]);
});

Deno.test("a tokenizer's tokens around a text, and what it lacks, are detected", async () => {
  const [bert, gpt, llama] = await Promise.all(
    ["wordpiece", "byte-level-bpe", "byte-fallback-bpe"].map((kind) => readTokenizer(folderOf(kind))),
  );
  assertEquals([bert!.prefix, bert!.suffix, bert!.padId, bert!.mask?.id], [[2], [3], 0, 4]);
  assertEquals([gpt!.prefix, gpt!.suffix, gpt!.padId, gpt!.mask?.id], [[], [], 0, undefined]);
  assertEquals([llama!.prefix, llama!.suffix, llama!.padId, llama!.mask?.id], [[1], [], 0, undefined]);
});

Deno.test("special tokens around a text are those of the post-processor, whatever the vocabulary", async () => {
  const json = await readTokenizerJson(folderOf("wordpiece"));
  const vocab = { "[CLS]": 0, "[SEP]": 1, K: 2 };
  const model = { type: "BPE", vocab, merges: [], unk_token: null };
  const around = (post_processor: unknown, config = {}) => {
    const { prefix, suffix } = Tokenizer.of({ ...json, added_tokens: [], model, post_processor }, config);
    return [prefix, suffix];
  };
  const template = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "start" } }, { Sequence: { id: "A" } }, { SpecialToken: { id: "end" } }],
    special_tokens: { start: { ids: [0, 2] }, end: { ids: [1] } },
  };
  assertEquals(around(template), [[0, 2], [1]]);
  assertEquals(around({ type: "Sequence", processors: [{ type: "ByteLevel" }, template] }), [[0, 2], [1]]);
  assertEquals(around({ type: "RobertaProcessing", cls: ["[CLS]", 0], sep: ["[SEP]", 1] }), [[0], [1]]);
  const asked = {
    add_bos_token: true,
    bos_token: { content: "[CLS]" },
    add_eos_token: false,
    eos_token: "[SEP]",
  };
  assertEquals(around(null), [[], []]);
  assertEquals(around({ type: "ByteLevel" }, asked), [[0], []]);
  assertThrows(() => around({ ...template, single: [] }), InputError, "does not hold the text once");
});

Deno.test("mask and pad are those that any of the files names, else those with these names in brackets", async () => {
  const json = await readTokenizerJson(folderOf("unigram"));
  const named = (config: Json, changes: Json = {}) => {
    const { mask, padId } = Tokenizer.of({ ...json, ...changes }, config);
    return [mask?.spelling, padId];
  };
  assertEquals(named({}), ["<mask>", 1]);
  assertEquals(named({ mask_token: { content: "</s>" }, pad_token: "<s>" }), ["</s>", 0]);
  assertEquals(named({ mask_token_id: 2, pad_token_id: 3 }), ["</s>", 3]);
  assertEquals(named({}, { added_tokens: [] }), [undefined, 0]);
  const unadded = Tokenizer.of({ ...json, added_tokens: [] }, { mask_token: "<mask>" });
  assertEquals(unadded.encode("a <mask>").at(-1), unadded.mask!.id);
  assertEquals(Tokenizer.of(json, {}, { rows: 1, words: 800 }).padId, 0);
});

Deno.test("a folder needs no file beside tokenizer.json, and tokenizer_config.json takes precedence", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, content: unknown) =>
    Deno.writeTextFile(join(folder, name), JSON.stringify(content));
  await Deno.copyFile(join(folderOf("wordpiece"), "tokenizer.json"), join(folder, "tokenizer.json"));
  assertEquals((await readTokenizer(folder)).mask?.id, 4);
  await write("config.json", { pad_token_id: 3 });
  await write("special_tokens_map.json", { mask_token: { content: "[SEP]" } });
  const { mask, padId } = await readTokenizer(folder);
  assertEquals([mask?.id, padId], [3, 3]);
  await write("tokenizer_config.json", { mask_token: "[CLS]", pad_token: null });
  assertEquals((await readTokenizer(folder)).mask?.id, 2);
  await write("tokenizer_config.json", []);
  await assertRejects(
    () => readTokenizer(folder),
    InputError,
    "tokenizer_config.json must contain a JSON object",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("unknown words are recognized by the model's unknown token, whether it is an added token or not", async () => {
  const wordpiece = await readTokenizerJson(folderOf("wordpiece"));
  const unigram = await readTokenizerJson(folderOf("unigram"));
  for (const json of [wordpiece, unigram]) {
    const tokenizer = Tokenizer.of({ ...json, added_tokens: [] }, {});
    assertEquals([tokenizer.knows("film"), tokenizer.knows("film ☃")], [true, false]);
  }
  const model = { type: "BPE", vocab: { K: 0, "<mask>": 1 }, merges: [], unk_token: null };
  const lossy = Tokenizer.of(
    { ...wordpiece, added_tokens: [], normalizer: null, pre_tokenizer: null, model },
    {},
  );
  assertEquals([lossy.encode("KxK"), lossy.knows("KxK"), lossy.pieces("Kx")], [[0, 0], false, ["K"]]);
  assertThrows(() => readVerbalizer({ a: ["Kx"], b: ["K"] }, lossy, "error"), InputError, "splits 'Kx'");
  const none = Tokenizer.of({
    ...wordpiece,
    model: { type: "WordPiece", vocab: { film: 0 }, unk_token: "[UNK]" },
    added_tokens: [],
  }, {});
  assertThrows(() => none.encode("film ☃"), InputError, "none for unknown words");
});

Deno.test("BPE without an unknown token leaves characters out before pieces are merged", () => {
  const vocab = Object.fromEntries([..."longĠ", "lo", "ng", "long", "Ġlong"].map((token, id) => [token, id]));
  const merges = ["l o", "n g", "lo ng", "Ġ long"].map((pair) => pair.split(" "));
  const bpe = (more: Json = {}) =>
    Tokenizer.of({
      model: { type: "BPE", vocab, merges, unk_token: null, ...more },
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    }, {});
  const texts = [" lZong", "loné", "olong ZZ", "nXg\u{1f600}"];
  // As tokenizers 0.23 has them.
  assertEquals(texts.map((text) => bpe().encode(text)), [[8], [5, 2], [1, 7, 4], [6]]);
  assertEquals([bpe().pieces("lZong"), bpe().knows("lZong"), bpe().knows(" long")], [["long"], false, true]);
  assertThrows(
    () => bpe({ ignore_merges: true }).encode("lZong"),
    InputError,
    'no token for a character, and none for unknown words, in "lZong"',
  );
});

Deno.test("a step that the library lacks is an error that names it", () => {
  const model = { ...unigram, normalizer: { type: "Nmt" } };
  assertThrows(() => Tokenizer.of(model, {}), InputError, "Unknown Normalizer type: Nmt");
});

Deno.test("a word that is one token only after a space is proposed with it", async () => {
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

Deno.test("ids that only the model has are no part of a text, as Hugging Face's own tokenizers decode it", async () => {
  for (const kind of KINDS) {
    const tokenizer = await readTokenizer(folderOf(kind));
    const ids = tokenizer.encode("a film");
    assertEquals(tokenizer.decode([99_999, ...ids, 99_999, 99_998]), tokenizer.decode(ids), kind);
  }
});
