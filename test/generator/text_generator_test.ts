import { assert, assertEquals, assertRejects } from "@std/assert";
import { chooseDevice } from "../../src/device/choose.ts";
import type { TextPiece } from "../../src/generation/decoding.ts";
import { countingSessions } from "../device/counting_sessions.ts";
import { DEVICES, stepsOn } from "../devices.ts";
import { encoded, FOLDER, MODELS, openGenerator, promptOf } from "./generation_model.ts";

const cpu = await chooseDevice("cpu", () => {});
const { t5, gpt2 } = MODELS.models;
const [ENCODER, BEGINNING, CONTINUING, MERGED] = [
  "encoder_model.onnx",
  "decoder_model.onnx",
  "decoder_with_past_model.onnx",
  "decoder_model_merged.onnx",
];

/** The layouts of the models: which of their files are there, and whether texts are continued from a cache. */
const LAYOUTS = [
  { name: "gpt2", model: gpt2, end: [], files: undefined, isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING, CONTINUING], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING, MERGED], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, MERGED], isCached: true },
  { name: "t5", model: t5, end: [1], files: [ENCODER, BEGINNING], isCached: false },
];

const OPTIONS = { stop: [], beams: 1, batchSize: 32, maxTokens: MODELS.greedy_tokens };

for (const kind of DEVICES) {
  for (const { name, model, end, files, isCached } of LAYOUTS) {
    Deno.test(
      `the ids of ${name} from ${
        files?.join(" and ") ?? "its file"
      } on ${kind} are those of transformers' generate`,
      async () => {
        const device = await chooseDevice(kind, () => {});
        await using opened = await openGenerator(`${FOLDER}/${name}`, device, {}, files);
        const { generator, warnings } = opened;
        assertEquals(warnings.length, isCached ? 0 : 1, warnings.join());
        const examples = encoded(model.texts, model.prompt.dims[0]!, end);
        const prompt = promptOf(model.prompt);
        const check = async (beams: number, tokens: number, expected: readonly (readonly number[])[]) => {
          const some = { ...OPTIONS, beams, maxTokens: tokens };
          const together = await generator.generate(examples, prompt, some);
          assertEquals(together.map(({ ids }) => ids), expected.map((ids) => ids.slice(0, tokens)));
          const [alone] = await generator.generate([examples[1]!], prompt, some);
          assertEquals(alone!.ids, expected[1]!.slice(0, tokens));
        };
        await check(1, stepsOn(kind, MODELS.greedy_tokens, 3), model.greedy);
        // The best of four beams after fewer tokens is another text.
        if (stepsOn(kind, 1, 0) > 0) await check(MODELS.beams, MODELS.beam_tokens, model.beams);
      },
    );
  }
}

Deno.test("a batch's beams are chosen on the device, and texts that end early leave it", async () => {
  for (const { name, model, end, files } of LAYOUTS) {
    await using opened = await openGenerator(`${FOLDER}/${name}`, cpu, {
      // The last token of the first text ends it in the middle.
      tokens: { start: 0, ends: [model.greedy[0]![3]!] },
    }, files);
    const examples = encoded(model.texts, model.prompt.dims[0]!, end);
    const prompt = promptOf(model.prompt);
    for (const beams of [1, 3]) {
      const together = await opened.generator.generate(examples, prompt, { ...OPTIONS, beams });
      for (const [i, example] of examples.entries()) {
        const [alone] = await opened.generator.generate([example], prompt, { ...OPTIONS, beams });
        assertEquals(together[i], alone);
      }
      if (beams === 1) {
        const at = model.greedy[0]!.indexOf(model.greedy[0]![3]!);
        assertEquals(together[0]!.ids, model.greedy[0]!.slice(0, at + 1));
      }
    }
  }
});
