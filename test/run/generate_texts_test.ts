import { assertEquals, assertRejects } from "@std/assert";
import { chooseDevice } from "../../src/device/choose.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { AnswerError } from "../../src/evaluation/answer_error.ts";
import { generateTexts } from "../../src/run/generate_texts.ts";
import { encoded, FOLDER, MODELS, openGenerator, promptOf } from "../generator/generation_model.ts";

Deno.test("a text whose logits are not numbers is named, with the way out", async () => {
  const { t5 } = MODELS.models;
  const device = await chooseDevice("cpu", () => {});
  await using opened = await openGenerator(`${FOLDER}/t5`, device);
  const { dims } = t5.prompt;
  const texts = encoded(t5.texts, dims[0]!, [1]);
  const options = { stop: [], beams: 1, batchSize: 4, maxTokens: 2 };
  const named = { nameOf: (i: number) => `text ${i}`, precision: "float32", tuned: true } as const;
  const found = await generateTexts(opened.generator, texts, promptOf(t5.prompt), options, named);
  assertEquals(found.map(({ ids }) => ids), t5.greedy.map((ids) => ids.slice(0, 2)));
  const broken = float32Tensor(new Float32Array(dims[0]! * dims[1]!).fill(NaN), dims);
  await assertRejects(
    () => generateTexts(opened.generator, texts.slice(0, 1), broken, options, named),
    AnswerError,
    "the answer to text 0 is not a number (the logit of its token 1 is NaN): tuning has diverged",
  );
});
