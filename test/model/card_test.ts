import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { ModelFacts } from "../../src/compiler/mod.ts";
import { InputError } from "../../src/base/errors.ts";
import { type ModelCard, readCard } from "../../src/model/card.ts";
import { inFolder } from "../commands/softprompt.ts";

/** What the graph of a model without any limits says. */
const FACTS: ModelFacts = {
  scale: 1,
  multiplier: 1,
  inputs: ["input_ids", "attention_mask"],
  rows: 100,
  words: 100,
  attention: "bidirectional",
  takesPast: false,
  ofOneToken: false,
  positions: undefined,
  quantizesActivations: false,
  sequence: undefined,
  decoder: undefined,
};

async function cardOf(
  facts: Partial<ModelFacts>,
  config: Record<string, unknown> = {},
  tokenizer: Record<string, unknown> = {},
): Promise<ModelCard> {
  let card: ModelCard | undefined;
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
    await Deno.writeTextFile(join(folder, "tokenizer_config.json"), JSON.stringify(tokenizer));
    card = await readCard(folder, { ...FACTS, ...facts });
  });
  return card!;
}

Deno.test("the graph says what kind of model it is, whatever config.json calls it", async () => {
  assertEquals((await cardOf({}, { architectures: ["FlaubertWithLMHeadModel"] })).kind, "masked");
  assertEquals((await cardOf({ attention: "causal" }, { architectures: null })).kind, "causal");
  const unknown = { attention: undefined };
  assertEquals((await cardOf(unknown, { architectures: ["BertForMaskedLM"] })).kind, "masked");
  assertEquals((await cardOf(unknown, { architectures: ["MambaForCausalLM"] })).kind, "causal");
  assertEquals((await cardOf({ ...unknown, takesPast: true })).kind, "causal");
  await assertRejects(
    () => cardOf(unknown, { architectures: ["XLNetLMHeadModel"] }),
    InputError,
    `config.json: 'architectures' is ["XLNetLMHeadModel"]`,
  );
});

Deno.test("a masked model whose file answers at one token of each text is refused, a causal one is not", async () => {
  await assertRejects(
    () => cardOf({ ofOneToken: true }),
    InputError,
    "the logits of only one token of each text, not those at the mask: export it with the logits of all tokens",
  );
  assertEquals((await cardOf({ ofOneToken: true, attention: "causal" })).kind, "causal");
});

Deno.test("the longest text is the smallest limit that the graph or a file names", async () => {
  const positions = { first: 2, limit: 512, padding: undefined, uncounted: [] };
  assertEquals(await cardOf({ positions }, { max_position_embeddings: 514 }, { model_max_length: 1e30 }), {
    kind: "masked",
    positions: 512,
    firstPosition: 2,
  });
  for (const name of ["n_positions", "n_ctx", "max_seq_len", "max_sequence_length", "seq_length"]) {
    assertEquals((await cardOf({}, { [name]: 64 })).positions, 64);
  }
  assertEquals((await cardOf({ positions }, {}, { model_max_length: 128 })).positions, 128);
  assertEquals((await cardOf({}, { max_position_embeddings: -1 })).positions, undefined);
  assertEquals((await cardOf({ sequence: 32 })).sequence, 32);
});

Deno.test("a padding row that config.json contradicts is refused", async () => {
  const positions = { first: 2, limit: 512, padding: 1, uncounted: [] };
  assertEquals((await cardOf({ positions }, { pad_token_id: 1 })).firstPosition, 2);
  await assertRejects(() => cardOf({ positions }, { pad_token_id: 0 }), InputError, "'pad_token_id' is 0");
});

Deno.test("a config that is not JSON is refused with its path", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "config.json"), "{");
    await assertRejects(() => readCard(folder, FACTS), InputError, "config.json is not JSON");
  }));
