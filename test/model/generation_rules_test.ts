import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { readGenerationRules, withoutIgnoredRules } from "../../src/model/generation_rules.ts";
import { inFolder } from "../commands/softprompt.ts";

const write = (folder: string, name: string, content: object) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(content));

Deno.test("what the files ask for is read, and what changes nothing is listed with its value", () =>
  inFolder(async (folder) => {
    await write(folder, "config.json", { min_length: 9 });
    const content = {
      forced_bos_token_id: 0,
      forced_eos_token_id: [2, 3],
      decoder_start_token_id: 2,
      num_beams: 4,
      max_length: 142,
      min_length: 56,
      no_repeat_ngram_size: 3,
      length_penalty: 2,
      early_stopping: true,
      do_sample: true,
      repetition_penalty: 1.1,
      suppress_tokens: [],
      begin_suppress_tokens: [5, 6],
      bad_words_ids: [[7], [8, 9]],
      guidance_scale: null,
      num_beam_groups: 1,
      encoder_repetition_penalty: 1.5,
      temperature: 0.6,
    };
    await write(folder, "generation_config.json", content);
    assertEquals(await readGenerationRules(folder), {
      forcedFirstId: 0,
      forcedLastIds: [2, 3],
      repetitionPenalty: 1.1,
      noRepeatNgramSize: 3,
      badWords: [[7], [8, 9]],
      minLength: 56,
      minNewTokens: undefined,
      suppressed: undefined,
      suppressedFirst: [5, 6],
      lengthPenalty: 2,
      earlyStopping: true,
      ignored: ["do_sample: true", "encoder_repetition_penalty: 1.5"],
    });
    const { do_sample: _, num_beams, num_beam_groups, guidance_scale, encoder_repetition_penalty, ...kept } =
      content;
    assertEquals([num_beams, num_beam_groups, guidance_scale, encoder_repetition_penalty], [4, 1, null, 1.5]);
    assertEquals(withoutIgnoredRules(content), kept);
  }));

Deno.test("without generation_config.json the rules are those of config.json", () =>
  inFolder(async (folder) => {
    await write(folder, "config.json", { do_sample: true, forced_eos_token_id: 2 });
    const rules = await readGenerationRules(folder);
    assertEquals([rules.forcedFirstId, rules.forcedLastIds], [undefined, [2]]);
    assertEquals(rules.ignored, ["do_sample: true"]);
  }));

Deno.test("what would change the texts and is not done is refused by its name, and so are values that make no sense", () =>
  inFolder(async (folder) => {
    for (
      const [content, said] of [
        [{ num_beam_groups: 2 }, "generation_config.json: 'num_beam_groups' (2) is asked for and not done"],
        [{ sequence_bias: [[[7], -1]] }, "'sequence_bias' ([[[7],-1]]) is asked for and not done"],
        [{ repetition_penalty: "high" }, `'repetition_penalty' must be a number above 0 ("high")`],
        [{ no_repeat_ngram_size: 2.5 }, "'no_repeat_ngram_size' must be a whole number from 0 (2.5)"],
        [{ bad_words_ids: [7] }, "'bad_words_ids' must be a list of lists of token ids ([7])"],
        [{ early_stopping: "soon" }, `'early_stopping' must be true, false or never ("soon")`],
      ] as const
    ) {
      await write(folder, "generation_config.json", content);
      const error = await assertRejects(() => readGenerationRules(folder), InputError);
      assertEquals(String(error.forms.text).includes(said), true, String(error.forms.text));
    }
  }));

Deno.test("a token that is forced and that the model does not have is refused", () =>
  inFolder(async (folder) => {
    for (const key of ["forced_bos_token_id", "forced_eos_token_id"]) {
      await write(folder, "generation_config.json", { [key]: 48 });
      await readGenerationRules(folder, 49);
      await assertRejects(
        () => readGenerationRules(folder, 48),
        InputError,
        `generation_config.json: '${key}' is 48, and the model has 48 tokens, from 0`,
      );
    }
  }));

Deno.test("stop strings and watermarks that a file asks for are refused by their names", () =>
  inFolder(async (folder) => {
    for (const content of [{ stop_strings: ["."] }, { watermarking_config: {} }, { token_healing: true }]) {
      await write(folder, "generation_config.json", content);
      const [key] = Object.keys(content);
      await assertRejects(() => readGenerationRules(folder), InputError, `'${key}' (`);
    }
  }));
