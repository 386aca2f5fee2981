import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ConfigValueError, InputError } from "../../src/base/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { readTokenizer, readTokenizerConfig, readTokenizerJson } from "../../src/model/read_tokenizer.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { readClassTexts } from "../../src/prompt/class_texts.ts";
import { CausalTargets } from "../../src/prompt/causal_targets.ts";
import { DecoderTargets } from "../../src/prompt/decoder_targets.ts";
import { MaskedTargets, maskedTokens } from "../../src/prompt/masked_targets.ts";
import { textBatchFeeds } from "../../src/prompt/text_batches.ts";
import { MINI } from "../shared.ts";
import { tokenizer as mini } from "./mini_tokenizer.ts";
import reference from "../fixtures/tokenizers/targets.json" with { type: "json" };

const folderOf = (kind: string) => `test/fixtures/tokenizers/${kind}`;
const [bytes, unigram] = [
  await readTokenizer(folderOf("byte-level-bpe")),
  await readTokenizer(folderOf("unigram")),
];
const causal = (positions = 512) => ({ kind: "causal", positions, firstPosition: 0 }) as const;

/** Answers of a GPT-2: its end token is the first of its vocabulary. */
function gpt2(template: string, { length = 0, positions = 512, room = 1 } = {}): CausalTargets {
  const model = { tokenizer: bytes, card: causal(positions), end: 0 };
  return new CausalTargets(parseTemplate(template, length), model, "together", { room });
}

for (const { name, folder, parts, ids } of reference.tokenizers) {
  Deno.test(`template and answer have the tokens that Hugging Face's own tokenizer gives the whole: ${name}`, async () => {
    const place = folder === "mini" ? MINI : join("test/fixtures/tokenizers", folder);
    const json = { ...await readTokenizerJson(place), ...parts };
    const tokenizer = Tokenizer.of(json, await readTokenizerConfig(place));
    for (const [i, [template = "", text = "", answer = ""]] of reference.cases.entries()) {
      const [before, whole] = ids[i]!;
      const model = { tokenizer, card: causal(), end: undefined };
      const targets = new CausalTargets(parseTemplate(template, 0), model, "together", { room: 1 });
      const encoded = targets.encode({ text }, answer);
      const { prefix } = tokenizer;
      const input = [...prefix, ...before!];
      assertEquals(targets.input({ text }).ids, input, template);
      assertEquals(encoded.ids.slice(0, input.length), input);
      const all = [...encoded.ids, encoded.targetIds.at(-1)!].slice(prefix.length);
      const isPrefix = before!.every((id, i) => id === whole![i]);
      if (isPrefix) assertEquals(all, whole, `${template} with '${answer}'`);
      assertEquals(
        encoded.targetRows,
        encoded.targetIds.map((_, i) => input.length - 1 + i),
      );
    }
  });
}

Deno.test("the end token follows the answer, and the rows are those that predict each token", () => {
  const targets = gpt2("{prompt} {text} it was", { length: 2 });
  const encoded = targets.encode({ text: "great" }, "very good");
  const [input, answer] = [bytes.encode(" great it was"), bytes.encode(" very good")];
  assertEquals(encoded.ids, [0, 0, ...input, ...answer]);
  assertEquals(encoded.targetIds, [...answer, 0]);
  assertEquals(encoded.targetRows[0], 1 + input.length);
  assertEquals(encoded.positions, encoded.ids.map((_, i) => i));
  assertEquals([encoded.promptRows, encoded.truncated, encoded.targetTruncated], [[0, 1], 0, 0]);
});

Deno.test("after vectors at the template's end an answer is tokenized by itself, with a blank unless a line break is before them", () => {
  for (
    const [template, lead] of [["{text}{prompt}", " "], ["{text} {prompt}", " "], [
      "{text}\n{prompt}",
      "",
    ]] as const
  ) {
    const encoded = gpt2(template, { length: 2 }).encode({ text: "great" }, "good");
    const [answer, before] = [`${lead}good`, template.replace("{text}", "great").replace("{prompt}", "")].map(
      (text) => bytes.encode(text),
    );
    assertEquals(encoded.targetIds, [...answer!, 0], template);
    assertEquals(encoded.targetRows[0], before!.length + 1);
  }
});

Deno.test("a text is truncated so that the answer fits, and is the same with all answers that have room", () => {
  const text = "x y ".repeat(50).trim();
  const targets = gpt2("{text} it was", { positions: 20, room: 6 });
  const input = targets.input({ text });
  const [short, long] = ["good", "good good good"].map((answer) => targets.encode({ text }, answer));
  assertEquals(short!.ids.slice(0, input.ids.length), input.ids);
  assertEquals(long!.ids.slice(0, input.ids.length), input.ids);
  assertEquals(input.ids.length, 20 - 5);
  assertEquals([input.truncated, short!.truncated, long!.truncated].map((one) => one > 0), [
    true,
    true,
    true,
  ]);
  assertEquals(input.ids.slice(-bytes.encode(" it was").length), bytes.encode(" it was"));
  for (const { ids } of [short!, long!]) assert(ids.length <= 20);
});

Deno.test("an answer too long for the model is cut at its end, has no end token then, and is counted", () => {
  const targets = gpt2("{text} it was", { positions: 20, room: 6 });
  const answer = "good ".repeat(50).trim();
  const all = targets.targetTokens({ text: "great" }, answer);
  const { ids, targetIds, targetRows, targetTruncated, truncated } = targets.encode(
    { text: "great film" },
    answer,
  );
  assertEquals([ids.length, targetIds.length + targetTruncated], [20, all.length]);
  assertEquals(targetIds, all.slice(0, targetIds.length));
  assertEquals(targetIds.includes(0), false);
  assertEquals(targetRows.at(-1), 19);
  assertEquals(truncated > 0, true);
});

Deno.test("a template that leaves no room for the answer is refused", () => {
  assertThrows(
    () => gpt2("{text} it was", { positions: 20, room: 19 }),
    ConfigValueError,
    "an answer of 19 tokens leave none of the model's positions for the text: lower 'evaluation.generate.maxTokens'",
  );
});

const MASKED = { kind: "masked", positions: 64, firstPosition: 0 } as const;
const words = (ids: readonly number[]) => ids.map((id) => mini.tokenOf(id)).join(" ");

Deno.test("a masked model reads as many masks as the longest answer has tokens, and a shorter one stands in the first", () => {
  const template = parseTemplate("{prompt} {text} it was {mask} .", 2);
  const targets = new MaskedTargets(template, { tokenizer: mini, card: MASKED }, "text-alone", 3);
  const encoded = targets.encode({ text: "great film" }, "very good");
  assertEquals(words(encoded.ids), "[PAD] [PAD] [CLS] great film it was [MASK] [MASK] [MASK] . [SEP]");
  assertEquals([words(encoded.targetIds), encoded.targetRows], ["very good", [7, 8]]);
  assertEquals(encoded.positions, [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const long = targets.encode({ text: "great ".repeat(100).trim() }, "good");
  assertEquals([long.ids.length, words(long.ids.slice(-6)), long.targetRows], [
    66,
    "was [MASK] [MASK] [MASK] . [SEP]",
    [61],
  ]);
});

Deno.test("an answer in a mask's place has the blank before the mask, once", async () => {
  const roberta = await readTokenizer(folderOf("byte-level-bpe"));
  const tokens = (template: string, answer: string) =>
    maskedTokens(parseTemplate(template, 0), answer, roberta);
  assertEquals(tokens("{text} it was {mask}.", "very good"), roberta.encode(" very good"));
  assertEquals(tokens("{text} it was {mask}.", " very good"), roberta.encode(" very good"));
  assertEquals(tokens("{text}{mask}.", "ly"), roberta.encode("ly", "inside"));
});

Deno.test("an encoder-decoder reads the template with its end token, and the decoder starts from its own token", () => {
  const [bos, end] = [unigram.prefix[0], unigram.suffix[0]!];
  const card = { kind: "encoder-decoder", positions: 32, firstPosition: 0 } as const;
  const model = { tokenizer: unigram, card, start: 7, end };
  const targets = new DecoderTargets(parseTemplate("{prompt} ask: {text}", 2), model, "together");
  const encoded = targets.encode({ text: "great film" }, "very good");
  const around = (text: string) => [...(bos === undefined ? [] : [bos]), ...unigram.encode(text), end];
  assertEquals(encoded.ids.slice(2), around("ask: great film"));
  assertEquals(encoded.targetIds, around("very good"));
  assertEquals(encoded.decoderIds, [7, ...encoded.targetIds.slice(0, -1)]);
  const long = targets.encode({ text: "great ".repeat(60) }, "good ".repeat(60));
  assertEquals([long.ids.length, long.targetIds.length, long.decoderIds.length], [32, 32, 32]);
  assertEquals(
    [long.targetTruncated > 0, long.truncated > 0, long.ids.at(-1), long.targetIds.includes(end)],
    [
      true,
      true,
      end,
      false,
    ],
  );
  assertThrows(
    () => new DecoderTargets(parseTemplate("{text} {mask}", 0), model, "together"),
    ConfigValueError,
    "leave the {mask} out",
  );
});

Deno.test("texts of classes are read at once, and what is wrong with them is named at each", () => {
  const tokens = (text: string) => mini.encode(text);
  const found = readClassTexts({ bad: ["very bad", "bad"], good: ["good"] }, mini, tokens);
  assertEquals(found, { classes: ["bad", "good"], texts: [["very bad", "bad"], ["good"]], longest: 2 });
  const { wrong }: ConfigValueError = assertThrows(
    () => readClassTexts({ a: ["☃ snow"], b: ["good", "GOOD"], c: ["good"] }, mini, tokens),
    ConfigValueError,
  );
  assertEquals(wrong.map(({ path }) => path.join(".")), ["verbalizer.a.0", "verbalizer.c.0"]);
});

Deno.test("an answer with a token that the model cannot answer is refused by name", async () => {
  const small = await readTokenizer(MINI, { rows: Infinity, words: 5000 });
  const strange = Array.from({ length: 3000 }, (_, i) => mini.tokenOf(5000 + i)).find((word) =>
    /^[a-z]{6,}$/.test(word)
  )!;
  const model = { tokenizer: small, card: causal(), end: undefined };
  const targets = new CausalTargets(parseTemplate("{text}", 0), model, "together", { room: 1 });
  const message = `the answer '${strange}' has the token '${strange}' with the id`;
  assertThrows(() => targets.encode({ text: "good" }, strange), InputError, message);
});

Deno.test("a batch pads texts and answers on the right, and padding has no weight", () => {
  const targets = gpt2("{text} it was");
  const some = ["very good", "good"].map((answer) => targets.encode({ text: "great" }, answer));
  const feeds = textBatchFeeds(some, 9, [1, 0.5]);
  const list = (name: string) => Array.from(feeds[name]!.data, Number);
  const [first, second] = some;
  assertEquals(feeds.target_ids.dims, [2, first!.targetIds.length]);
  const padded = (filler: number, one: readonly number[], other: readonly number[]) => [
    ...one,
    ...one.map((_, i) => other[i] ?? filler),
  ];
  assertEquals(list("target_ids"), padded(0, first!.targetIds, second!.targetIds));
  assertEquals(
    list("target_weights"),
    padded(0, first!.targetIds.map(() => 1), second!.targetIds.map(() => 0.5)),
  );
  assertEquals(list("target_rows"), padded(0, first!.targetRows, second!.targetRows));
  assertEquals(list("input_ids"), padded(9, first!.ids, second!.ids));
  assertEquals("decoder_input_ids" in feeds, false);
});
