import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { readTextTokens } from "../../src/model/text_tokens.ts";
import { inFolder } from "../commands/softprompt.ts";

const tokenizer = await readTokenizer("test/fixtures/tokenizers/unigram");

/** The tokens that a folder with these files names. */
function tokensOf(files: Readonly<Record<string, object>>, isEncoderDecoder: boolean) {
  const written = async (folder: string) => {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), JSON.stringify(content));
    }
    return await readTextTokens(folder, tokenizer, isEncoderDecoder);
  };
  return written;
}

async function found(files: Readonly<Record<string, object>>, isEncoderDecoder = true) {
  let tokens: unknown;
  await inFolder(async (folder) => {
    tokens = await tokensOf(files, isEncoderDecoder)(folder);
  });
  return tokens;
}

Deno.test("the decoder's first token is the one of generation_config.json, else of config.json, else the first token", async () => {
  const config = { decoder_start_token_id: 5, bos_token_id: 6, eos_token_id: 7 };
  const generation = { decoder_start_token_id: 0 };
  assertEquals(await found({ "config.json": config, "generation_config.json": generation }), {
    start: 0,
    end: 7,
    ends: [7],
  });
  assertEquals(await found({ "config.json": config }), { start: 5, end: 7, ends: [7] });
  assertEquals(await found({ "config.json": { ...config, decoder_start_token_id: null } }), {
    start: 6,
    end: 7,
    ends: [7],
  });
  await assertRejects(
    () => found({ "config.json": {} }),
    InputError,
    "config.json: there is no 'decoder_start_token_id', so it is not known what the decoder reads first",
  );
});

Deno.test("an answer ends at the tokenizer's end token, and generating at all that the model names", async () => {
  const files = {
    "config.json": { eos_token_id: [7, 9] },
    "tokenizer_config.json": { eos_token: { content: "</s>" } },
  };
  const own = tokenizer.idOf("</s>");
  assertEquals(await found(files, false), { start: undefined, end: own, ends: [own, 7, 9] });
  assertEquals(await found({ "config.json": {} }, false), { start: undefined, end: undefined, ends: [] });
});

Deno.test("what is no token of the model is refused with its file's name", async () => {
  const bounded = await readTokenizer("test/fixtures/tokenizers/unigram", { rows: 48, words: 48 });
  for (
    const [content, message] of [
      [{ eos_token_id: "1" }, `'eos_token_id' must be a token id, or a list of them ("1")`],
      [{ eos_token_id: [1, "5"] }, `'eos_token_id' must be a token id, or a list of them ([1,"5"])`],
      [{ decoder_start_token_id: [0, 1] }, "'decoder_start_token_id' must be one token id"],
      [{ decoder_start_token_id: 48 }, "'decoder_start_token_id' is 48, and the model has 48 tokens, from 0"],
    ] as const
  ) {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "generation_config.json"), JSON.stringify(content));
      const read = () => readTextTokens(folder, bounded, true);
      await assertRejects(read, InputError, `generation_config.json: ${message}`);
    });
  }
});
