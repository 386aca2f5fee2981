import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { float32 } from "../../src/compiler/graph/constants.ts";
import {
  compile,
  compileBank,
  CompileError,
  compileHard,
  type Emitted,
  exportClassifier,
  type FileRegion,
} from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, int64Tensor } from "../../src/device/device.ts";
import { answersTo, type Classifier, classLogits } from "../../src/evaluation/predict.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { withoutMask } from "../compiler/without_mask.ts";

const cpu = await openCpu();
const stream = new RandomStream(0, "examples");
const TOKENS = [[[5], [6]], [[7], [8]]];

const VERBALIZER = { classes: ["a", "b"], tokens: TOKENS };

/** What answers, where that is an untuned model in float32. */
const PLAIN = { precision: "float32", tuned: false } as const;

/** Texts of five lengths after two places for a prompt. */
const EXAMPLES = Array.from({ length: 9 }, (_, i) => {
  const size = 3 + i % 5;
  const ids = [0, 0, ...Array.from({ length: size }, () => 3 + stream.integer(30))];
  return {
    ids,
    positions: [0, 0, ...Array.from({ length: size }, (_, p) => p)],
    promptRows: [0, 1],
    answerRow: ids.length - 1,
    truncated: 0,
    label: 0,
  };
});

/** A family's model in a file without a mask, compiled. */
async function unmasked(family: string) {
  const path = `test/fixtures/families/${family}.onnx`;
  const bytes = withoutMask(await Deno.readFile(path));
  const open = (graph: Emitted) => cpu.open({ ...graph, weights: new Map([[`${family}.onnx`, bytes]]) });
  return {
    compiled: compile(bytes, path, "embedding-output", "adamw"),
    banks: compileBank(bytes, path, "embedding-output", "adamw"),
    hard: compileHard(bytes, path),
    open,
    read: ({ offset, length }: FileRegion) => bytes.subarray(offset, offset + length),
  };
}

/** Asserts that examples are answered together as each of them alone. */
async function assertAlike(classifier: Omit<Classifier, "batchSize" | keyof typeof PLAIN>): Promise<void> {
  const answer = async (examples: typeof EXAMPLES, batchSize: number) =>
    (await answersTo({ ...classifier, ...PLAIN, batchSize }, { examples, nameOf: String }, VERBALIZER, 40))
      .ofEach;
  const together = await answer(EXAMPLES, 8);
  for (const [i, example] of EXAMPLES.entries()) {
    const [alone] = await answer([example], 1);
    for (const [p, row] of alone!.entries()) {
      for (const [c, logit] of row.entries()) assertAlmostEquals(together[i]![p]![c]!, logit, 1e-5);
    }
  }
}

const vectors = (dims: number[]) =>
  float32Tensor(
    Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => stream.uniform(-1, 1)),
    dims,
  );

Deno.test("a model that reads padding answers in a batch as it answers alone", async () => {
  const { compiled, banks, hard, open } = await unmasked("bert-opset11");
  const { dimension } = compiled;
  const predict = await open(compiled.answer);
  const bank = await open(banks.answer);
  const words = await open(hard.answer);
  const inputs = { prompt: vectors([2, dimension]) };
  assertEquals([predict, bank, words].map(({ inputNames }) => inputNames.includes("attention_mask")), [
    false,
    false,
    false,
  ]);
  await assertAlike({ session: predict, inputs, padId: undefined });
  await assertAlike({ session: words, inputs: {}, padId: undefined });
  const several = { prompt: vectors([3, 2, dimension]) };
  await assertAlike({ session: bank, inputs: several, vote: "mean", padId: undefined });
  for (const session of [predict, bank, words]) await session.release();
});

Deno.test("a model without a mask answers as one with a mask that is all ones", async () => {
  const path = "test/fixtures/families/bert-opset11.onnx";
  const bytes = await Deno.readFile(path);
  const { hard, open } = await unmasked("bert-opset11");
  const [masked, words] = [await cpu.open(compileHard(bytes, path).predict), await open(hard.predict)];
  const found = await classLogits(
    { session: words, inputs: {}, padId: undefined, batchSize: 8, ...PLAIN },
    { examples: EXAMPLES, nameOf: String },
    VERBALIZER,
  );
  const expected = await classLogits(
    { session: masked, inputs: {}, padId: 1, batchSize: 8, ...PLAIN },
    { examples: EXAMPLES, nameOf: String },
    VERBALIZER,
  );
  for (const [i, row] of expected.entries()) {
    for (const [c, logit] of row.entries()) assertAlmostEquals(found[i]![c]!, logit, 1e-5);
  }
  for (const session of [masked, words]) await session.release();
});

Deno.test("a causal model without a mask answers in a padded batch as it answers alone", async () => {
  const { compiled, open } = await unmasked("gpt2-opset11");
  const session = await open(compiled.answer);
  const inputs = { prompt: vectors([2, compiled.dimension]) };
  assertEquals(session.inputNames.includes("attention_mask"), false);
  await assertAlike({ session, inputs, padId: 0 });
  await session.release();
});

Deno.test("a model that would read its texts' padding is not exported as a classifier; a causal one never reads it", async () => {
  const { hard } = await unmasked("bert-opset11");
  const side = { ids: [], counted: [] };
  const { type, dims, data } = int64Tensor([5, 6], [2, 1]);
  const baked = {
    before: side,
    after: side,
    promptRows: [],
    answerRow: { side: "before" as const, at: 0 },
    firstPosition: 0,
    special: [],
    room: undefined,
    isCausal: false,
    inputs: {},
    labelTokens: { type, dims, bytes: new Uint8Array(data.buffer) },
    labelWeights: float32([1, 1], [2, 1]),
    shift: float32([0, 0], [2]),
    temperature: float32([1], []),
  };
  assertThrows(
    () => exportClassifier(hard.predict, baked, readRegion),
    CompileError,
    "has no input 'attention_mask'",
  );
  const causal = await unmasked("gpt2-opset11");
  const after = { ids: [5], counted: [true] };
  const ended = { ...baked, after, answerRow: { side: "after" as const, at: 0 }, isCausal: true };
  const bytes = exportClassifier(causal.hard.predict, ended, causal.read);
  const session = await cpu.open({ bytes, weights: new Map() });
  const ask = async (ids: number[], mask: number[], rows: number) => {
    const dims = [rows, ids.length / rows];
    const given = { input_ids: int64Tensor(ids, dims), attention_mask: int64Tensor(mask, dims) };
    return Array.from((await session.run(given)).logits!.data, Number);
  };
  const together = await ask([0, 0, 7, 9, 8, 7], [0, 0, 1, 1, 1, 1], 2);
  const alone = [...await ask([7], [1], 1), ...await ask([9, 8, 7], [1, 1, 1], 1)];
  for (const [i, logit] of alone.entries()) assertAlmostEquals(together[i]!, logit, 1e-5);
  await session.release();
});
