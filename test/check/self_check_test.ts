import { assert, assertEquals, assertRejects } from "@std/assert";
import { basename } from "@std/path";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import {
  selfCheck,
  SelfCheckError,
  type SelfCheckTask,
  UncheckableError,
} from "../../src/check/self_check.ts";
import { toleranceFor } from "../../src/check/difference.ts";
import {
  compile,
  compileHard,
  factsOf,
  type Insertion,
  numberFormatOf,
  readOnnxFile,
  weightFiles,
} from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { openUntouched } from "../../src/device/untouched.ts";
import { readGraph } from "../../src/model/read_graph.ts";
import { readRegion } from "../../src/model/read_region.ts";
import type { LabelledEncoding } from "../../src/prompt/batches.ts";
import { familyModel, readFamily } from "../compiler/family_step.ts";

const cpu = await openCpu();
const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

/** Two texts of a family's small vocabulary, their first two tokens a prompt's where there is one. */
function textsOf(firstPosition: number, vectors: number): LabelledEncoding[] {
  return [[5, 9, 17, 30, 11, 23], [8, 21, 14, 6]].map((ids) => ({
    ids,
    positions: ids.map((_, i) => firstPosition + i),
    promptRows: Array.from({ length: vectors }, (_, i) => i),
    answerRow: ids.length - 1,
    truncated: 0,
    label: 0,
  }));
}

/** A check of a family as its reference feeds it. */
async function withCheck<Result>(
  name: string,
  insertion: Insertion | undefined,
  act: (task: SelfCheckTask) => Promise<Result>,
  counted?: number,
): Promise<Result> {
  const path = familyModel(name);
  const { bytes } = await readGraph(path);
  const read = readRegion;
  const model = readOnnxFile(bytes, path, read);
  const numbers = numberFormatOf(model);
  const weights = [path, ...weightFiles(model)].map((file) => [basename(file), file] as const);
  const firstPosition = counted ?? (await readFamily(name))["word-embeddings"].position_ids[0]![0]!;
  const compiled = insertion && compile(bytes, path, insertion, "sgd", { read });
  const file = await openUntouched({ bytes, weights: new Map(weights) });
  const answer = await cpu.open((compiled ?? compileHard(bytes, path, { read })).answer);
  const embed = compiled && await cpu.open(compiled.embed);
  try {
    return await act({
      answer,
      embed,
      inputs: {},
      isBank: false,
      file,
      texts: textsOf(firstPosition, insertion ? 2 : 0),
      tokens: [[[3]], [[7]]],
      card: { kind: "masked", positions: undefined, firstPosition },
      facts: factsOf(model),
      padId: 0,
      numbers,
      tolerance: toleranceFor(numbers, "float32"),
    });
  } finally {
    await file.release();
    await answer.release();
    await embed?.release();
  }
}

/** ONNX Runtime has no kernel for its heads of eight numbers (a rotation needs a multiple of sixteen). */
const UNCHECKABLE = "llama-built-int4";

for (const name of FAMILIES.filter((one) => one !== UNCHECKABLE)) {
  for (const insertion of [undefined, "embedding-output", "word-embeddings"] as const) {
    Deno.test(`${name} with ${insertion ? `a prompt at the ${insertion}` : "words alone"} answers as its own file does`, () =>
      withCheck(name, insertion, async (task) => {
        const { difference, tolerance } = await selfCheck(task);
        assert(difference <= tolerance);
      }));
  }
}

Deno.test("positions that start at another number than the file's stop the run, and both numbers are named", () =>
  withCheck("roberta-opset14", undefined, async (task) => {
    const error = await assertRejects(() => selfCheck(task), SelfCheckError);
    assert(
      error.message.includes(
        "in the positions: those of a text start at 2 in the file, but at 1 in the compiled graph",
      ),
      error.message,
    );
  }, 1));

Deno.test("padding that is read stops the run, and the mask is named", () =>
  withCheck("bert-sdpa-opset17", undefined, async (task) => {
    const { answer } = task;
    const seen = {
      ...answer,
      run: (feeds: Parameters<typeof answer.run>[0]) => {
        const mask = feeds.attention_mask as { type: "int64"; dims: number[]; data: BigInt64Array };
        return answer.run({ ...feeds, attention_mask: { ...mask, data: mask.data.map(() => 1n) } });
      },
    };
    const error = await assertRejects(() => selfCheck({ ...task, answer: seen }), SelfCheckError);
    assert(error.message.includes("in the attention mask"), error.message);
  }));

Deno.test("an answer that is not a number stops the run", () =>
  withCheck("bert-opset11", undefined, async (task) => {
    const { answer } = task;
    const faulty = {
      ...answer,
      run: async (feeds: Parameters<typeof answer.run>[0]) => {
        const { word_logits, ...rest } = await answer.run(feeds);
        (word_logits!.data as Float32Array)[3] = NaN;
        return { ...rest, word_logits: word_logits! };
      },
    };
    const error = await assertRejects(() => selfCheck({ ...task, answer: faulty }), SelfCheckError);
    assert(error.message.includes("differ by NaN"), error.message);
  }));

Deno.test("a graph that leaves out rows is compared for texts alone, of which it leaves out the most", () =>
  withCheck("gpt2-opset11", "word-embeddings", async (task) => {
    const { answer } = task;
    const faulty = {
      ...answer,
      run: async (feeds: Parameters<typeof answer.run>[0]) => {
        const { word_logits, ...rest } = await answer.run(feeds);
        if (feeds.input_ids!.dims[0] === 1) (word_logits!.data as Float32Array)[3]! += 1;
        return { ...rest, word_logits: word_logits! };
      },
    };
    await selfCheck({ ...task, answer: faulty });
    await assertRejects(() => selfCheck({ ...task, answer: faulty, leavesRows: true }), SelfCheckError);
  }));

Deno.test("a difference is named where positions have no row after a text's last", () =>
  withCheck("bert-opset11", undefined, async (task) => {
    const { answer } = task;
    const faulty = {
      ...answer,
      run: async (feeds: Parameters<typeof answer.run>[0]) => {
        const { data } = feeds.position_ids as { data: BigInt64Array };
        if (data.some((position) => position > 5n)) throw new RangeError("there is no such row");
        const { word_logits, ...rest } = await answer.run(feeds);
        (word_logits!.data as Float32Array)[3]! += 1;
        return { ...rest, word_logits: word_logits! };
      },
    };
    const error = await assertRejects(() => selfCheck({ ...task, answer: faulty }), SelfCheckError);
    assert(error.message.includes("in the graph itself"), error.message);
  }));

Deno.test("a file whose own answer is not a number is named as the cause", () =>
  withCheck("bert-opset11", undefined, async (task) => {
    const file: typeof task.file = Object.create(task.file, {
      run: {
        value: async (...given: Parameters<typeof task.file.run>) => {
          const outputs = await task.file.run(...given);
          for (const { data } of Object.values(outputs)) (data as Float32Array).fill(NaN);
          return outputs;
        },
      },
    });
    const error = await assertRejects(() => selfCheck({ ...task, file }), SelfCheckError);
    assert(error.message.includes("the file's own logits"), error.message);
  }));

Deno.test("of a file with two outputs over the words, the one that gives logits for each token is compared", () =>
  withCheck("bert-opset11", undefined, async (task) => {
    const metadata = task.file.outputMetadata.find(({ name }) => name === "logits")!;
    const file: typeof task.file = Object.create(task.file, {
      outputMetadata: { value: ["pooled", "scores"].map((name) => ({ ...metadata, name })) },
      run: {
        value: async (feeds: Parameters<typeof task.file.run>[0]) => {
          const { logits } = await task.file.run(feeds, ["logits"]);
          const words = logits!.dims[2]!;
          const { Tensor } = await import("onnxruntime-node");
          return { pooled: new Tensor(new Float32Array(words), [1, words]), scores: logits! };
        },
      },
    });
    const { difference, tolerance } = await selfCheck({ ...task, file });
    assert(difference <= tolerance);
  }));

Deno.test("a file that takes a float mask is fed one", () =>
  withCheck("bert-opset11", undefined, async (task) => {
    const file: typeof task.file = Object.create(task.file, {
      inputMetadata: {
        value: task.file.inputMetadata.map((one) =>
          one.name === "attention_mask" ? { ...one, type: "float32" } : one
        ),
      },
      run: {
        value: async (feeds: InferenceSession.FeedsType, fetches: string[]) => {
          const mask = feeds.attention_mask as OrtTensor;
          const { Tensor } = await import("onnxruntime-node");
          assertEquals(mask.type, "float32");
          const attention_mask = new Tensor(
            "int64",
            BigInt64Array.from(mask.data as Float32Array, BigInt),
            mask.dims,
          );
          return task.file.run({ ...feeds, attention_mask }, fetches);
        },
      },
    });
    const { difference, tolerance } = await selfCheck({ ...task, file });
    assert(difference <= tolerance);
  }));

Deno.test("a file that plain ONNX Runtime cannot run is not compared, and the reason is reported", () =>
  withCheck(UNCHECKABLE, undefined, async (task) => {
    await assertRejects(() => selfCheck(task), UncheckableError, "head_size shall be a multiple of 16");
  }));

Deno.test("the tolerance depends on the precision that the file computes in", async () => {
  const formats = await Promise.all(
    ["bert-opset11", "distilbert-fp16", "bert-int8", "llama-built-int4"].map(async (name) =>
      numberFormatOf(readOnnxFile(await Deno.readFile(familyModel(name)), familyModel(name)))
    ),
  );
  assertEquals(formats.map(({ weights }) => weights), ["float32", "float16", "quantized", "quantized"]);
  assertEquals(formats.map(({ quantizesActivations }) => quantizesActivations), [false, false, true, false]);
  assertEquals(formats.map((one) => toleranceFor(one, "float32")), [1e-4, 1e-2, 5e-2, 5e-2]);
  assertEquals(toleranceFor(formats[0]!, "float16"), 1e-2);
});
