import { assert, assertRejects } from "@std/assert";
import { SelfCheckError, UncheckableError } from "../../src/check/self_check.ts";
import { textCheck, type TextCheckTask } from "../../src/check/text_check.ts";
import { compile, factsOf, numberFormatOf, readModelFiles } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, type Session } from "../../src/device/device.ts";
import { float32Data, tensorNamed } from "../../src/device/tensor_data.ts";
import { openUntouched } from "../../src/device/untouched.ts";
import type { TargetEncoded } from "../../src/prompt/target_encoding.ts";
import { textModel } from "../compiler/text_reference.ts";

const cpu = await openCpu();

/** Two texts of a small vocabulary, their first two tokens a prompt's, and answers. */
const TEXTS: readonly TargetEncoded[] = [
  { ids: [5, 9, 17, 30, 11, 23], targetIds: [7, 12, 1], decoderIds: [0, 7, 12] },
  { ids: [8, 21, 14, 6], targetIds: [19, 1], decoderIds: [0, 19] },
].map(({ ids, ...target }) => ({
  kind: "decoder",
  ids,
  positions: ids.map((_, i) => i),
  promptRows: [0, 1],
  truncated: 0,
  targetTruncated: 0,
  ...target,
}));

/** A check of a model of the fixtures. */
async function withCheck(name: string, act: (task: TextCheckTask) => Promise<void>): Promise<void> {
  const { file: path, decoder: beside } = textModel(name);
  const encoder = { bytes: await Deno.readFile(path), path };
  const decoder = { bytes: await Deno.readFile(beside), path: beside };
  const model = readModelFiles(encoder, decoder);
  const facts = factsOf(model);
  const firstPosition = facts.positions?.first ?? 0;
  const { predict, embed } = compile(encoder.bytes, path, "word-embeddings", "sgd", {
    decoder,
    answer: "text",
  });
  const [file, own, answer, embedding] = [
    await openUntouched({ bytes: encoder.bytes, weights: new Map() }),
    await openUntouched({ bytes: decoder.bytes, weights: new Map() }),
    await cpu.open(predict),
    await cpu.open(embed),
  ];
  try {
    await act({
      answer,
      embed: embedding,
      isBank: false,
      file,
      decoder: own,
      texts: TEXTS.map((text) => ({ ...text, positions: text.ids.map((_, i) => firstPosition + i) })),
      card: { kind: "masked", positions: undefined, firstPosition },
      facts,
      padId: 0,
      numbers: numberFormatOf(model),
      tolerance: 1e-4,
    });
  } finally {
    for (const session of [file, own, answer, embedding]) await session.release();
  }
}

/** The same session, whose probabilities are off by a little where a batch has some number of texts. */
function offBy(session: Session, isOff: (texts: number) => boolean): Session {
  return {
    inputNames: session.inputNames,
    run: async (feeds, outputs) => {
      const found = await session.run(feeds, outputs);
      const logprobs = tensorNamed(found, "target_logprobs");
      const { dims } = logprobs;
      const off = isOff(dims[0]!) ? 0.1 : 0;
      return { target_logprobs: float32Tensor(float32Data(logprobs).map((x) => x - off), dims) };
    },
    release: () => session.release(),
  };
}

for (const name of ["t5", "bart"]) {
  Deno.test(`the probabilities of ${name}'s answers are those of its own two files`, () =>
    withCheck(name, async (task) => {
      const { difference } = await textCheck(task);
      assert(difference < 1e-5, String(difference));
    }));
}

Deno.test("a difference is named by where it begins", () =>
  withCheck("bart", async (task) => {
    const refused = (changes: Partial<TextCheckTask>, where: string) =>
      assertRejects(() => textCheck({ ...task, ...changes }), SelfCheckError, `begins in the ${where}`);
    await refused({ answer: offBy(task.answer, () => true) }, "graph itself");
    await refused({ answer: offBy(task.answer, (texts) => texts > 1) }, "attention mask");
    const later = task.texts.map((text) => ({ ...text, positions: text.positions.map((one) => one + 1) }));
    if (task.answer.inputNames.includes("position_ids")) await refused({ texts: later }, "positions");
  }));

Deno.test("files that run for no text leave nothing to compare with", () =>
  withCheck("t5", async (task) => {
    await assertRejects(() => textCheck({ ...task, decoder: undefined }), UncheckableError, "no decoder");
  }));
