import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/experiment/errors.ts";
import { type ModelCard, readCard } from "../../src/model/card.ts";
import { inFolder } from "../commands/softprompt.ts";
import { MINI } from "../shared.ts";

async function cardOf(config: Record<string, unknown>): Promise<ModelCard> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  const card = await readCard(folder);
  await Deno.remove(folder, { recursive: true });
  return card;
}

Deno.test("a card says what kind of model it is and how positions are counted", async () => {
  assertEquals(await readCard(MINI), { kind: "masked", positions: 64, firstPosition: 0 });
  assertEquals(
    await cardOf({
      architectures: ["RobertaForMaskedLM"],
      model_type: "roberta",
      max_position_embeddings: 514,
      pad_token_id: 1,
    }),
    { kind: "masked", positions: 512, firstPosition: 2 },
  );
  assertEquals(
    await cardOf({ architectures: ["GPT2LMHeadModel"], model_type: "gpt2", n_positions: 1024 }),
    { kind: "causal", positions: 1024, firstPosition: 0 },
  );
  assertEquals(
    await cardOf({
      architectures: ["OPTForCausalLM"],
      model_type: "opt",
      max_position_embeddings: 2048,
      pad_token_id: 1,
    }),
    { kind: "causal", positions: 2048, firstPosition: 2 },
  );
});

Deno.test("a config that is no JSON is refused with its path", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "config.json"), "{");
    await assertRejects(() => readCard(folder), InputError, "config.json is not JSON");
  }));
