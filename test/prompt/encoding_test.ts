import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/experiment/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { MINI } from "../shared.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const MASKED = { kind: "masked", positions: 64, firstPosition: 0 } as const;
const SOFT = parseTemplate("{prompt} {text} it was {mask} .", 3);
const words = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenOf(id)).join(" ");

Deno.test("a prompt in front comes before [CLS], and the answer is read at the mask", () => {
  const { ids, promptRows, answerRow, cut } = new TemplateEncoder(SOFT, tokenizer, MASKED, "text-alone")
    .encode({ text: "great film" });
  assertEquals(words(ids), "[PAD] [PAD] [PAD] [CLS] great film it was [MASK] . [SEP]");
  assertEquals([promptRows, answerRow, cut], [[0, 1, 2], 8, 0]);
});

Deno.test("positions leave the prompt out behind the embedding layer, and count it otherwise", () => {
  const positions = (counting: "text-alone" | "together") =>
    new TemplateEncoder(SOFT, tokenizer, MASKED, counting).encode({ text: "great" }).positions;
  assertEquals(positions("text-alone"), [0, 0, 0, 0, 1, 2, 3, 4, 5, 6]);
  assertEquals(positions("together"), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("a text's positions begin where the model's do, the prompt's stay 0 behind the embedding layer", () => {
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

Deno.test("pieces of a prompt stand where the template has them", () => {
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
  assertEquals([alone.ids.length, alone.cut, Math.max(...alone.positions)], [67, 42, 63]);
  assertEquals(words(alone.ids.slice(-6)), "great it was [MASK] . [SEP]");
  const together = new TemplateEncoder(SOFT, tokenizer, MASKED, "together").encode({ text: long });
  assertEquals([together.ids.length, together.cut, Math.max(...together.positions)], [64, 45, 63]);
  const buffered = { ...MASKED, sequence: 60 };
  const whole = new TemplateEncoder(SOFT, tokenizer, buffered, "text-alone").encode({ text: long });
  assertEquals([whole.ids.length, whole.cut], [60, 49]);
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

Deno.test("a causal model answers behind the template's last token", () => {
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
  const folder = await Deno.makeTempDir();
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
    const content = JSON.parse(await Deno.readTextFile(`${MINI}/${name}`));
    delete content.mask_token;
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(content));
  }
  const maskless = await readTokenizer(folder);
  assertThrows(
    () => new TemplateEncoder(SOFT, maskless, MASKED, "together"),
    InputError,
    "has no mask token",
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("of several texts the longest is cut until all fit, and the template loses nothing", () => {
  const template = parseTemplate("{prompt} {a} then {b} it was {mask}", 3);
  const encoder = new TemplateEncoder(template, tokenizer, MASKED, "text-alone");
  const good = (count: number) => Array.from({ length: count }, () => "good").join(" ");
  const counts = (a: number, b: number) => {
    const { ids, cut } = encoder.encode({ a: good(a), b: good(b) }), text = words(ids);
    const [first, second] = text.split(" then ").map((part) => part.match(/good/g)?.length ?? 0);
    return [first, second, cut];
  };
  assertEquals(encoder.room, 58);
  assertEquals(counts(10, 20), [10, 20, 0]);
  assertEquals(counts(10, 80), [10, 48, 32]);
  assertEquals(counts(80, 10), [48, 10, 32]);
  assertEquals(counts(80, 80), [29, 29, 102]);
});

Deno.test("what stands around a text is known without one, unless the answer's place moves with its end", () => {
  const encoder = new TemplateEncoder(SOFT, tokenizer, MASKED, "text-alone");
  const { before, behind, promptRows, answerRow } = encoder.frame();
  assertEquals([words(before.ids), words(behind.ids)], ["[PAD] [PAD] [PAD] [CLS]", "it was [MASK] . [SEP]"]);
  assertEquals(before.counted, [false, false, false, true]);
  assertEquals(promptRows.map(({ side, at }) => `${side} ${at}`), ["before 0", "before 1", "before 2"]);
  assertEquals(answerRow, { side: "behind", at: 2 });
  const causal = { ...MASKED, kind: "causal" } as const;
  const open = new TemplateEncoder(parseTemplate("{prompt} it was {text}", 2), tokenizer, causal, "together");
  assertThrows(() => open.frame(), InputError, "end it with words");
});
