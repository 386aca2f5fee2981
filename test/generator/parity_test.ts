import { assertEquals } from "@std/assert";
import { DEVICES, sharedDevice, stepsOn } from "../devices.ts";
import { shared, sharedTest } from "../shared.ts";
import { encoded, type GenerationModel, openGenerator, promptOf } from "./generation_model.ts";

/** The texts of a fixture, and what float64 PyTorch continues each with, greedily and by itself. */
interface ParityFixture {
  readonly texts: GenerationModel["texts"];
  readonly reference: {
    readonly prompt_after_5: GenerationModel["prompt"];
    readonly generated_with_prompt_after_5: GenerationModel["greedy"];
  };
}

async function fixtureOf(name: string): Promise<ParityFixture> {
  return JSON.parse(await Deno.readTextFile(shared("parity", "text", "fixtures", `${name}.json`)));
}

const OPTIONS = { stop: [], beams: 1, batchSize: 8 };

for (const kind of DEVICES) {
  for (const folder of ["gpt2", "gpt2_cached"]) {
    sharedTest(`what ${folder} generates on ${kind} is what float64 PyTorch does`, async () => {
      const { texts, reference } = await fixtureOf("gpt2");
      const expected = reference.generated_with_prompt_after_5;
      const device = await sharedDevice(kind);
      await using opened = await openGenerator(shared("parity", "text", "models", folder), device);
      const prompt = promptOf(reference.prompt_after_5);
      const maxTokens = stepsOn(kind, expected[0]!.length, 3);
      const examples = encoded(texts, prompt.dims[0]!);
      const found = await opened.generator.generate(examples, prompt, { ...OPTIONS, maxTokens });
      assertEquals(found.map(({ ids }) => ids), expected.map((ids) => ids.slice(0, maxTokens)));
    });
  }
}

sharedTest("an encoder-decoder's layouts generate the same texts", async () => {
  const { texts, reference } = await fixtureOf("t5_gated_untied");
  const device = await sharedDevice("cpu");
  const prompt = promptOf(reference.prompt_after_5);
  const examples = encoded(texts, prompt.dims[0]!, [1]);
  const [ENCODER, MERGED] = ["encoder_model.onnx", "decoder_model_merged.onnx"];
  const layouts = [
    ["t5_gated_untied", undefined],
    ["t5_gated_untied_cached", undefined],
    ["t5_gated_untied_cached", [ENCODER, MERGED]],
  ] as const;
  for (const beams of [1, 4]) {
    let first;
    for (const [folder, files] of layouts) {
      await using opened = await openGenerator(shared("parity", "text", "models", folder), device, {}, files);
      const found = await opened.generator.generate(examples, prompt, { ...OPTIONS, beams, maxTokens: 8 });
      first ??= found;
      assertEquals(found, first);
    }
  }
});
