import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { parseTemplate } from "../../src/experiment/template.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { frameOf, leadOf } from "../../src/prompt/frame.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const MASKED = { kind: "masked", positions: 64, firstPosition: 0 } as const;
const SOFT = parseTemplate("{prompt} {text} it was {mask} .", 3);
const words = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenOf(id)).join(" ");

Deno.test("the frame of a text is known without the text, unless the answer's place moves with its end", () => {
  const encoder = new TemplateEncoder(SOFT, tokenizer, MASKED, "text-alone");
  const { before, after, promptRows, answerRow } = frameOf(encoder, "framed");
  assertEquals([words(before.ids), words(after.ids)], ["[PAD] [PAD] [PAD] [CLS]", "it was [MASK] . [SEP]"]);
  assertEquals(before.counted, [false, false, false, true]);
  assertEquals(promptRows.map(({ side, at }) => `${side} ${at}`), ["before 0", "before 1", "before 2"]);
  assertEquals(answerRow, { side: "after", at: 2 });
  const causal = { ...MASKED, kind: "causal" } as const;
  const open = new TemplateEncoder(parseTemplate("{prompt} it was {text}", 2), tokenizer, causal, "together");
  assertEquals([frameOf(open, "framed").answerRow, frameOf(open, "framed").after.ids], [undefined, []]);
});

Deno.test("the white space before a text is known", () => {
  const lead = (template: string, length = 0) =>
    leadOf(new TemplateEncoder(parseTemplate(template, length), tokenizer, MASKED, "together"));
  assertEquals(
    [
      lead("it:\n{text} {mask}"),
      lead("{prompt} {text} {mask}", 2),
      lead("{mask}{text}"),
      lead("{text} {mask}"),
    ],
    ["\n", " ", "", ""],
  );
});

Deno.test("a token around a text that takes no position is not part of a frame", () => {
  const card = { ...MASKED, uncounted: [{ id: tokenizer.padId, position: 0 }] };
  const framed = (template: string) =>
    frameOf(new TemplateEncoder(parseTemplate(template, 1), tokenizer, card, "together"), "framed");
  assertEquals(framed("{prompt} {text} {mask}").before.counted, [true, true]);
  assertThrows(() => framed("{prompt} [PAD] {text} {mask}"), InputError, "'[PAD]' is around the text");
});
