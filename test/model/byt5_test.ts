import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { byt5Json } from "../../src/model/byt5.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { Tokenizer } from "../../src/model/tokenizer.ts";
import { inFolder } from "../commands/softprompt.ts";
import reference from "../fixtures/tokenizers/byt5/reference.json" with { type: "json" };

for (const [i, config] of reference.configs.entries()) {
  Deno.test(`ByT5's tokens are those of transformers' ByT5Tokenizer, with configuration ${i + 1}`, () => {
    const tokenizer = Tokenizer.of(byt5Json(config), config);
    assertEquals([tokenizer.prefix, tokenizer.suffix, tokenizer.padId, tokenizer.size], [[], [1], 0, 384]);
    for (const [t, text] of reference.texts.entries()) {
      // transformers adds no end token to a text that spells it at its end.
      assertEquals([...tokenizer.encode(text), 1], reference.ids[t], JSON.stringify(text));
    }
  });
}

Deno.test("ByT5 has every byte of UTF-8 with the id of the byte plus 3, wherever a text stands", () => {
  const tokenizer = Tokenizer.of(byt5Json({}), {});
  const text = Array.from({ length: 0x3000 }, (_, i) => String.fromCodePoint(i)).join("");
  const bytes = [...new TextEncoder().encode(text)].map((byte) => byte + 3);
  for (const place of ["start", "after-prompt", "inside"] as const) {
    assertEquals(tokenizer.encode(text, place).length, bytes.length);
    assertEquals(tokenizer.encode(text, place), bytes);
  }
  assertEquals(tokenizer.knows(text), true);
  assertEquals(tokenizer.differsFromReference(text), false);
  assertEquals([tokenizer.tokenOf(259), tokenizer.isSpecial(259), tokenizer.isSpecial(100)], [
    "<extra_id_0>",
    true,
    false,
  ]);
  assertEquals(tokenizer.textOf(100), "a");
});

Deno.test("bytes that are no text are no part of one, as transformers' ByT5Tokenizer decodes them", () => {
  const tokenizer = Tokenizer.of(byt5Json({}), {});
  assertEquals(tokenizer.decode([354, 266, 68, 167, 345, 170, 116, 68, 170, 6, 89, 238, 1]), "AqA\x03V");
  assertEquals(tokenizer.decode([8, 76, 112, 76, 153, 241, 13, 153, 40, 330, 332, 61]), "\x05ImI\n%:");
  const text = "naïve café 中文 😀";
  assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
});

Deno.test("a folder without tokenizer.json is read where its configuration says ByT5", () =>
  inFolder(async (folder) => {
    const config = { tokenizer_class: "ByT5Tokenizer" };
    await Deno.writeTextFile(join(folder, "tokenizer_config.json"), JSON.stringify(config));
    const tokenizer = await readTokenizer(folder);
    assertEquals([...tokenizer.encode("ab"), ...tokenizer.suffix], [100, 101, 1]);
  }));
