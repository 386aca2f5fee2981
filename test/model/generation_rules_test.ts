import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ignoredRules, readGenerationRules } from "../../src/model/generation_rules.ts";
import { inFolder } from "../commands/softprompt.ts";

const write = (folder: string, name: string, content: object) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(content));

Deno.test("forced tokens are read, and what is not done is listed with its value", () =>
  inFolder(async (folder) => {
    await write(folder, "config.json", { min_length: 9 });
    await write(folder, "generation_config.json", {
      forced_bos_token_id: 0,
      forced_eos_token_id: [2, 3],
      decoder_start_token_id: 2,
      num_beams: 4,
      max_length: 142,
      min_length: 56,
      no_repeat_ngram_size: 3,
      length_penalty: 2,
      early_stopping: true,
      do_sample: false,
      repetition_penalty: 1,
      suppress_tokens: [],
      bad_words_ids: [[7]],
      guidance_scale: null,
      temperature: 0.6,
    });
    const rules = await readGenerationRules(folder);
    assertEquals([rules.forcedFirstId, rules.forcedLastIds], [0, [2, 3]]);
    const always = ["min_length: 56", "no_repeat_ngram_size: 3", "bad_words_ids: [[7]]"];
    assertEquals(ignoredRules(rules, 1), always);
    assertEquals(ignoredRules(rules, 4), [
      ...always.slice(0, 2),
      "length_penalty: 2",
      "early_stopping: true",
      ...always.slice(2),
    ]);
  }));

Deno.test("without generation_config.json the rules are those of config.json", () =>
  inFolder(async (folder) => {
    await write(folder, "config.json", { do_sample: true, forced_eos_token_id: 2 });
    const rules = await readGenerationRules(folder);
    assertEquals([rules.forcedFirstId, rules.forcedLastIds], [undefined, [2]]);
    assertEquals(ignoredRules(rules, 1), ["do_sample: true"]);
  }));
