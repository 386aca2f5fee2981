import { assertEquals, assertThrows } from "@std/assert";
import { readText } from "../../src/dataset/reading.ts";
import { InputError } from "../../src/base/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { textReading } from "../../src/formats/text_reading.ts";
import { readTokenizerConfig, readTokenizerJson } from "../../src/model/read_tokenizer.ts";
import { type Json, objectsOf } from "../../src/model/special_tokens.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { MINI } from "../shared.ts";

const TEXTS = ["\ta gripping , (well) acted thriller . ", "It's -- not 100% <b>dull</b>!", "é 好"];

/** LLaMA's normalizer, and Metaspace in its place; no token spans a blank, as in large vocabularies. */
const KINDS: Record<string, { folder: string; parts?: Json }> = {
  bert: { folder: MINI },
  gpt2: { folder: "test/fixtures/tokenizers/byte-level-bpe" },
  llama: {
    folder: "test/fixtures/tokenizers/byte-fallback-bpe",
    parts: {
      pre_tokenizer: { type: "Split", pattern: { Regex: "▁[^▁]*|[^▁]+" }, invert: true, behavior: "Removed" },
    },
  },
  metaspace: {
    folder: "test/fixtures/tokenizers/byte-fallback-bpe",
    parts: {
      normalizer: null,
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first" },
    },
  },
  unigram: { folder: "test/fixtures/tokenizers/unigram" },
};

async function reading(
  name: string,
  written: string,
  clean: "none" | "textcnn" = "none",
  { texts = [], added = [] }: { texts?: readonly string[]; added?: readonly Json[] } = {},
) {
  const { folder, parts } = KINDS[name]!;
  const whole = await readTokenizerJson(folder);
  const json = { ...whole, ...parts, added_tokens: [...objectsOf(whole.added_tokens), ...added] };
  const tokenizer = Tokenizer.of(json, await readTokenizerConfig(folder));
  const kind = tokenizer.mask === undefined ? "causal" : "masked";
  const length = written.includes("{prompt}") ? 2 : 0;
  const card = { kind, positions: undefined, firstPosition: 0 } as const;
  const encoder = new TemplateEncoder(parseTemplate(written, length), tokenizer, card, "together");
  return { encoder, json, read: () => textReading(encoder, json, "text", clean, texts) };
}

for (
  const [kind, template, clean] of [
    ["bert", "{prompt} {text} it was {mask} .", "none"],
    ["bert", "{text}, it was {mask} .", "textcnn"],
    ["gpt2", "{prompt} {text} it was", "none"],
    ["gpt2", "Review:\n{text}\nIt was", "textcnn"],
    ["gpt2", "Review: {text}\nIt was", "none"],
    ["llama", "{prompt} {text} it was", "none"],
    ["metaspace", "{prompt} {text} it was", "none"],
    ["metaspace", "Review:\n{text}\nIt was", "textcnn"],
    ["llama", "Review:\n{text}\nIt was", "none"],
    ["unigram", "It: {text} is {mask}.", "textcnn"],
  ] as const
) {
  Deno.test(`a tokenizer reads a text alone as in ${JSON.stringify(template)}: ${kind}, ${clean}`, async () => {
    const { encoder, json, read } = await reading(kind, template, clean);
    const { json: own, frame } = read();
    if (kind === "bert" && clean === "none") assertEquals(own, json);
    const alone = Tokenizer.of(own, {});
    for (const text of TEXTS) {
      assertEquals(
        [...frame.before.ids, ...alone.encode(text), ...frame.after.ids],
        encoder.encode({ text: readText(text, clean) }).ids,
        text,
      );
    }
  });
}

Deno.test("a template whose words merge with a text is not a frame around it", async () => {
  const { read } = await reading("gpt2", "{text}ing it was");
  assertThrows(read, InputError, 'its tokens depend on the text, as "');
});

Deno.test("texts that spell special tokens do not count, and one that spells another added token is refused by it", async () => {
  const written = "Review:\n{text}\nIt was";
  const special = await reading("metaspace", written, "textcnn", { texts: ["the </s> end"] });
  assertEquals(special.read().frame, (await reading("metaspace", written, "textcnn")).read().frame);
  const other = await reading("metaspace", written, "textcnn", {
    texts: ["the <b> end"],
    added: [{ id: 700, content: "<b>", special: false, normalized: false }],
  });
  assertThrows(other.read, InputError, "\"the <b> end\" shows. It spells '<b>', an added token");
});
