import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigValueError, InputError } from "../../src/base/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { readTokenizer, readTokenizerJson } from "../../src/model/read_tokenizer.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { readVerbalizer } from "../../src/prompt/verbalizer.ts";
import { MINI } from "../shared.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const MASKED = { kind: "masked", positions: 64, firstPosition: 0 } as const;
const SOFT = parseTemplate("{prompt} {text} it was {mask} .", 3);
const words = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenOf(id)).join(" ");

Deno.test("a prompt in front comes before [CLS], and the answer is read at the mask", () => {
  const { ids, promptRows, answerRow, truncated } = new TemplateEncoder(SOFT, tokenizer, MASKED, "text-alone")
    .encode({ text: "great film" });
  assertEquals(words(ids), "[PAD] [PAD] [PAD] [CLS] great film it was [MASK] . [SEP]");
  assertEquals([promptRows, answerRow, truncated], [[0, 1, 2], 8, 0]);
});

Deno.test("positions leave the prompt out after the embedding layer, and count it otherwise", () => {
  const positions = (counting: "text-alone" | "together") =>
    new TemplateEncoder(SOFT, tokenizer, MASKED, counting).encode({ text: "great" }).positions;
  assertEquals(positions("text-alone"), [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
  assertEquals(positions("together"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("a text's positions begin where the model's do, the prompt's stay 0 after the embedding layer", () => {
  const roberta = { ...MASKED, firstPosition: 2 };
  assertEquals(
    new TemplateEncoder(SOFT, tokenizer, roberta, "text-alone").encode({ text: "great" }).positions,
    [
      0,
      0,
      0,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    ],
  );
  assertEquals(
    new TemplateEncoder(SOFT, tokenizer, roberta, "together").encode({ text: "great" }).positions,
    [
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
    ],
  );
});

Deno.test("a token that the model leaves out as it counts takes no position, wherever the text spells it", () => {
  const card = { ...MASKED, firstPosition: 2, uncounted: [{ id: tokenizer.padId, position: 1 }] };
  const positions = (counting: "text-alone" | "together") =>
    new TemplateEncoder(SOFT, tokenizer, card, counting).encode({ text: "great [PAD] film" }).positions;
  assertEquals(positions("text-alone"), [0, 0, 0, 2, 3, 1, 4, 5, 6, 7, 8, 9]);
  assertEquals(positions("together"), [2, 3, 4, 5, 6, 1, 7, 8, 9, 10, 11, 12]);
});

Deno.test("pieces of a prompt are where the template has them", () => {
  const template = parseTemplate("{prompt:1} {text} {prompt:2} it was {mask}", 3);
  const { ids, promptRows } = new TemplateEncoder(template, tokenizer, MASKED, "together").encode({
    text: "great",
  });
  assertEquals(words(ids), "[PAD] [CLS] great [PAD] [PAD] it was [MASK] [SEP]");
  assertEquals(promptRows, [0, 3, 4]);
});

Deno.test("a text too long for the model's positions loses its end, the template and the prompt nothing", () => {
  const long = Array.from({ length: 100 }, () => "great").join(" ");
  const alone = new TemplateEncoder(SOFT, tokenizer, MASKED, "text-alone").encode({ text: long });
  assertEquals([alone.ids.length, alone.truncated, Math.max(...alone.positions)], [67, 42, 63]);
  assertEquals(words(alone.ids.slice(-6)), "great it was [MASK] . [SEP]");
  const together = new TemplateEncoder(SOFT, tokenizer, MASKED, "together").encode({ text: long });
  assertEquals([together.ids.length, together.truncated, Math.max(...together.positions)], [64, 45, 63]);
  const buffered = { ...MASKED, sequence: 60 };
  const whole = new TemplateEncoder(SOFT, tokenizer, buffered, "text-alone").encode({ text: long });
  assertEquals([whole.ids.length, whole.truncated], [60, 49]);
});

Deno.test("a template that leaves no room for the text is refused", () => {
  assertThrows(
    () => new TemplateEncoder(parseTemplate("{prompt} {text} {mask}", 61), tokenizer, MASKED, "together"),
    InputError,
    "take 64 of the model's 64 positions",
  );
});

Deno.test("a template without a mask is refused for a masked model", () => {
  assertThrows(
    () => new TemplateEncoder(parseTemplate("{text} it was", 0), tokenizer, MASKED, "together"),
    InputError,
    "has no {mask}",
  );
});

Deno.test("a template that spells the mask token itself, beside {mask} or instead of it, is refused", () => {
  for (
    const template of ["{text} [MASK] {mask}", "{text} was[MASK].", "{prompt} {text} {mask}{prompt}[MASK]"]
  ) {
    const length = template.includes("{prompt}") ? 4 : 0;
    const pieces = parseTemplate(template.replaceAll("{prompt}", "{prompt:2}"), length);
    assertThrows(
      () => new TemplateEncoder(pieces, tokenizer, MASKED, "together"),
      ConfigValueError,
      "the template spells the model's mask token '[MASK]' itself: write {mask}",
    );
  }
});

Deno.test("a causal model answers after the template's last token", () => {
  const template = parseTemplate("{prompt} {text} it was", 2);
  const { ids, answerRow } = new TemplateEncoder(
    template,
    tokenizer,
    { ...MASKED, kind: "causal" },
    "together",
  ).encode({ text: "great" });
  assertEquals([words(ids), answerRow], ["[PAD] [PAD] [CLS] great it was", 5]);
  assertThrows(
    () => new TemplateEncoder(SOFT, tokenizer, { ...MASKED, kind: "causal" }, "together"),
    InputError,
    "end the template where the answer begins",
  );
});

Deno.test("a mask that the tokenizer lacks is refused", async () => {
  const maskless = Tokenizer.of({ ...await readTokenizerJson(MINI), added_tokens: [] }, {});
  assertThrows(
    () => new TemplateEncoder(SOFT, maskless, MASKED, "together"),
    InputError,
    "has no mask token",
  );
});

Deno.test("of several texts the longest is truncated until all fit, and the template loses nothing", () => {
  const template = parseTemplate("{prompt} {a} then {b} it was {mask}", 3);
  const encoder = new TemplateEncoder(template, tokenizer, MASKED, "text-alone");
  const good = (count: number) => Array.from({ length: count }, () => "good").join(" ");
  const counts = (a: number, b: number) => {
    const { ids, truncated } = encoder.encode({ a: good(a), b: good(b) });
    const text = words(ids);
    const [first, second] = text.split(" then ").map((part) => part.match(/good/g)?.length ?? 0);
    return [first, second, truncated];
  };
  assertEquals(counts(10, 20), [10, 20, 0]);
  assertEquals(counts(10, 80), [10, 48, 32]);
  assertEquals(counts(80, 10), [48, 10, 32]);
  assertEquals(counts(80, 80), [29, 29, 102]);
});

const folderOf = (kind: string) => `test/fixtures/tokenizers/${kind}`;
const [bytes, llama] = await Promise.all(
  ["byte-level-bpe", "byte-fallback-bpe"].map((kind) => readTokenizer(folderOf(kind))),
);
const causal = (positions?: number) => ({ kind: "causal", positions, firstPosition: 0 }) as const;

Deno.test("words after vectors in the middle are tokenized as words that follow others", () => {
  const template = parseTemplate("great{prompt:1} film\n{prompt:1}it {text}", 2);
  const encoder = new TemplateEncoder(template, llama!, causal(), "together");
  const { ids } = encoder.encode({ text: "was" });
  const pieces = (text: string) => llama!.encode(text).slice(text.startsWith("\n") ? 1 : 0);
  assertEquals(ids, [
    ...llama!.prefix,
    ...pieces("great"),
    0,
    ...pieces("film\n"),
    0,
    ...llama!.encode("\nit was").slice(llama!.encode("\n").length),
  ]);
});

Deno.test("a text that spells the mask does not move the answer, and one that spells it before does not take it", () => {
  const template = parseTemplate("{a} it was {mask} , {b}", 0);
  const encoder = new TemplateEncoder(template, tokenizer, MASKED, "together");
  const { ids, answerRow } = encoder.encode({ a: "[MASK] great [MASK]", b: "[MASK]" });
  assertEquals([words(ids), answerRow], ["[CLS] [MASK] great [MASK] it was [MASK] , [MASK] [SEP]", 6]);
});

Deno.test("a text whose last token spans the boundary is truncated by letters until all fits, and the template stays", () => {
  const encoder = new TemplateEncoder(parseTemplate("{text}ing:\n", 0), bytes!, causal(20), "together");
  for (const text of ["it's ".repeat(40).trim(), "x".repeat(100), "é好".repeat(50)]) {
    const { ids, truncated } = encoder.encode({ text });
    const whole = bytes!.encode(`${text}ing:\n`);
    assertEquals(ids.length + truncated, whole.length);
    assert(ids.length <= 20 && ids.length > 10, `${ids.length}`);
    const kept = [...text].map((_, i, all) => all.slice(0, i).join("")).filter((start) =>
      bytes!.encode(`${start}ing:\n`).join() === ids.join()
    );
    assertEquals(kept.length, 1);
  }
});

Deno.test("white space of the template before a text is not truncated with it", () => {
  const encoder = new TemplateEncoder(parseTemplate("a:\n{text}\nb:", 0), bytes!, causal(7), "together");
  const { ids } = encoder.encode({ text: "great film" });
  assertEquals(ids.slice(0, 3), bytes!.encode("a:\n"));
  assertEquals(ids.slice(-3), bytes!.encode("\nb:"));
});

Deno.test("a token that the model has no row for is refused by name, in a template and in a text", async () => {
  const small = await readTokenizer(MINI, { rows: 5000, words: 5000 });
  const strange = Array.from({ length: 3000 }, (_, i) => tokenizer.tokenOf(5000 + i)).find((word) =>
    /^[a-z]{6,}$/.test(word)
  )!;
  const message = `'${strange}' has the id ${tokenizer.encode(strange)[0]}, but the model has 5000 rows`;
  assertThrows(
    () => new TemplateEncoder(parseTemplate(`{text} ${strange} {mask}`, 0), small, MASKED, "together"),
    ConfigValueError,
    message,
  );
  const encoder = new TemplateEncoder(parseTemplate("{text} was {mask}", 0), small, MASKED, "together");
  assertThrows(() => encoder.encode({ text: strange }), InputError, message);
  assertThrows(
    () => readVerbalizer({ a: [strange], b: ["good"] }, small, "error"),
    ConfigValueError,
    "has logits for 5000 tokens",
  );
});

Deno.test("words of a template that the tokenizer does not know are named", () => {
  const template = parseTemplate("☃ {text} it was ☂ {mask}", 0);
  assertEquals(new TemplateEncoder(template, tokenizer, MASKED, "together").unknownWords, ["☃", "☂"]);
  assertEquals(new TemplateEncoder(SOFT, tokenizer, MASKED, "together").unknownWords, []);
});
