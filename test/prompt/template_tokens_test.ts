import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parseTemplate } from "../../src/experiment/template.ts";
import { readTokenizerConfig, readTokenizerJson } from "../../src/model/read_tokenizer.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { TemplateEncoder } from "../../src/prompt/encoding.ts";
import { MINI } from "../shared.ts";
import reference from "../fixtures/tokenizers/templates.json" with { type: "json" };

for (const { name, folder, parts, mask, ids } of reference.tokenizers) {
  Deno.test(`a text in a template has the tokens that Hugging Face's own tokenizer gives the whole: ${name}`, async () => {
    const place = folder === "mini" ? MINI : join("test/fixtures/tokenizers", folder);
    const json = { ...await readTokenizerJson(place), ...parts };
    const tokenizer = Tokenizer.of(json, {
      ...await readTokenizerConfig(place),
      ...(mask && { mask_token: mask }),
    });
    const kind = mask === "" ? "causal" : "masked";
    const card = { kind, positions: 512, firstPosition: 0 } as const;
    for (const [t, template] of reference[kind].entries()) {
      const length = template.startsWith("{prompt}") ? 2 : 0;
      const encoder = new TemplateEncoder(parseTemplate(template, length), tokenizer, card, "together");
      for (const [i, text] of reference.texts.entries()) {
        const { ids: own, promptRows, answerRow, truncated } = encoder.encode({ text });
        assertEquals(
          [own.slice(length), truncated],
          [ids[t]![i], 0],
          `${JSON.stringify(template)} with "${text}"`,
        );
        assertEquals(promptRows, [0, 1].slice(0, length));
        assertEquals(
          kind === "causal" ? own.length - 1 : tokenizer.mask?.id,
          kind === "causal" ? answerRow : own[answerRow],
        );
      }
    }
  });
}
