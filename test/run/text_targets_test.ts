import { assertEquals, assertThrows } from "@std/assert";
import { ConfigValueError } from "../../src/base/errors.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import type { TextExperiment } from "../../src/experiment/text_types.ts";
import { isWordExperiment } from "../../src/experiment/words_only.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import type { TextReader } from "../../src/model/text_reader.ts";
import { textTargets } from "../../src/run/text_targets.ts";
import { tokenizer as mini } from "../prompt/mini_tokenizer.ts";

const bytes = await readTokenizer("test/fixtures/tokenizers/byte-level-bpe");
const unigram = await readTokenizer("test/fixtures/tokenizers/unigram");

function experiment(changes: Readonly<Record<string, unknown>>): TextExperiment {
  const read = parseExperiment(
    JSON.stringify({
      name: "x",
      model: { source: "m" },
      dataset: { file: "a.jsonl" },
      prompt: { kind: "soft", length: 2, template: "{prompt} {text} it was" },
      answer: { kind: "text", target: "{answer}" },
      ...changes,
    }),
    "x.yaml",
  );
  if (isWordExperiment(read)) throw new Error("its answers are words");
  return read;
}

const CLASSES = {
  answer: { kind: "text" },
  verbalizer: { bad: ["very bad"], good: ["very very good", "fine"] },
};

function reader(
  kind: "causal" | "masked" | "encoder-decoder",
  changes: Partial<TextReader> = {},
): TextReader {
  const card = { kind, positions: 64, firstPosition: 0 };
  const tokens = { start: 5, end: 0, ends: [0] };
  const tokenizer = kind === "masked" ? mini : kind === "causal" ? bytes : unigram;
  return { folder: "", tokenizer, card, tokens, chat: undefined, ...changes };
}

const targetsOf = (changes: Readonly<Record<string, unknown>>, read: TextReader) =>
  textTargets(experiment(changes), read, [], "together");
const tokens = (text: string) => bytes.encode(text);

Deno.test("a causal model's texts have room for what is generated, or for the longest text of a class", () => {
  const generated = targetsOf({ evaluation: { generate: { maxTokens: 20 } } }, reader("causal"));
  const long = { text: "x y ".repeat(60).trim() };
  assertEquals(generated.encoder.input(long).ids.length, 64 - 19);
  const { encoder, classes } = targetsOf(CLASSES, reader("causal"));
  assertEquals(classes?.longest, tokens(" very very good").length + 1);
  assertEquals(encoder.input(long).ids.length, 64 - tokens(" very very good").length);
  const lengths = ["very bad", "very very good"].map((text) => encoder.encode(long, text));
  assertEquals(
    lengths.map(({ ids }) => ids.slice(0, 40)),
    [0, 1].map(() => encoder.input(long).ids.slice(0, 40)),
  );
});

Deno.test("a masked model has as many masks as the longest text of a class has tokens, and writes no texts", () => {
  const masked = { ...CLASSES, prompt: { kind: "hard", template: "{text} it was {mask} ." } };
  const { encoder, classes, end } = targetsOf(masked, reader("masked"));
  const { ids } = encoder.input({ text: "great" });
  assertEquals([classes?.longest, ids.filter((id) => id === mini.mask?.id).length, end], [3, 3, undefined]);
  const message = "a masked language model fills in masks and writes no texts";
  assertThrows(() => targetsOf({}, reader("masked")), ConfigValueError, message);
  const generate = { ...masked, answer: { kind: "text", choose: "generate" } };
  assertThrows(() => targetsOf(generate, reader("masked")), ConfigValueError, message);
});

Deno.test("an encoder-decoder's decoder starts from the token that its configuration names", () => {
  const { encoder } = targetsOf(CLASSES, reader("encoder-decoder"));
  const encoded = encoder.encode({ text: "great" }, "fine");
  assertEquals(encoded.kind === "decoder" && encoded.decoderIds[0], 5);
  assertThrows(
    () => targetsOf({ evaluation: { generate: { maxTokens: 65 } } }, reader("encoder-decoder")),
    ConfigValueError,
    "'evaluation.generate.maxTokens: 65' is more than the 64 positions of the model's decoder",
  );
});

Deno.test("a model without an end token generates nothing, unless a text stops elsewhere and nothing is tuned", () => {
  const endless = reader("causal", { tokens: { start: undefined, end: undefined, ends: [] } });
  const stop = { evaluation: { generate: { stop: ["\n"] } } };
  const message = "the model names no token that ends a text, so what it writes has no end";
  assertThrows(() => targetsOf({}, endless), ConfigValueError, message);
  assertThrows(() => targetsOf(stop, endless), ConfigValueError, message);
  assertEquals(targetsOf({ ...stop, tune: "none" }, endless).end, undefined);
  assertEquals(targetsOf(CLASSES, endless).end, undefined);
});

Deno.test("examples stand in the template, and too many of them are reported at their key", () => {
  const one = { texts: { text: "dull" }, answer: "bad" };
  const few = textTargets(experiment({}), reader("causal"), [one], "together");
  assertEquals(few.encoder.input({ text: "x" }).ids.slice(2), tokens(" dull it was bad\n\nx it was"));
  const { wrong }: ConfigValueError = assertThrows(
    () => textTargets(experiment({}), reader("causal"), Array.from({ length: 20 }, () => one), "together"),
    ConfigValueError,
    "'prompt.examples: 20' does not fit",
  );
  assertEquals(wrong.map(({ path }) => path.join(".")), ["prompt.examples"]);
});

Deno.test("a chat has no special tokens but its own, and ends where the chat template ends a turn", () => {
  const source =
    "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
  const chat = { source, file: "", specials: { bos_token: "", eos_token: bytes.tokenOf(0) } };
  const prompt = {
    kind: "soft",
    length: 2,
    template: { chat: [{ role: "user", content: "{prompt} {text}" }] },
  };
  const tokensWithout = { start: undefined, end: 9, ends: [9] };
  const { encoder, end } = targetsOf({ prompt }, reader("causal", { chat, tokens: tokensWithout }));
  assertEquals(end, 0);
  const { ids, promptRows } = encoder.input({ text: "great" });
  const before = tokens("user: ");
  assertEquals(promptRows, [before.length, before.length + 1]);
  assertEquals(ids.slice(before.length + 2), tokens(` great${bytes.tokenOf(0)}\nassistant:`));
  assertEquals(encoder.targetTokens({ text: "great" }, "fine"), [...tokens(" fine"), 0]);
});
