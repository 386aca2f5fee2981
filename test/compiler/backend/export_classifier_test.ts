import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import {
  compile,
  exportClassifier,
  factsOf,
  type Insertion,
  readOnnxFile,
} from "../../../src/compiler/mod.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { int64Tensor, type Session } from "../../../src/device/device.ts";
import { readRegion } from "../../../src/model/read_region.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { relativeError } from "../graph_runner.ts";
import { familyFeeds, familyModel, type FamilyReference, readFamily } from "../family_step.ts";

const cpu = await openCpu();
const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

/** What a tokenizer puts around every text, and the template's words after it. */
const [START, END, WORDS] = [2, 3, [5, 6]];
const PROMPT = 3;
const stream = new RandomStream(0, "examples");
/** Texts that fit, and one that is far too long for models with positions. */
const TEXTS = [2, 90, 7, 0].map((size) => Array.from({ length: size }, () => 7 + stream.integer(30)));

/** The classifier of a family, and the largest number of a text's tokens that it reads. */
async function exported(name: string, insertion: Insertion, reference: FamilyReference) {
  const path = familyModel(name);
  const bytes = await Deno.readFile(path);
  const facts = factsOf(readOnnxFile(bytes, path));
  const { predict, positions } = compile(bytes, path, insertion, "adamw", { read: readRegion });
  const counted = !(positions === "embedding-layer" && insertion === "embedding-output");
  const prompt = Array<number>(PROMPT).fill(1);
  const fixed = WORDS.length + 2;
  const room = Math.min(
    (facts.positions?.limit ?? Infinity) - fixed - (counted ? PROMPT : 0),
    (facts.sequence ?? Infinity) - fixed - PROMPT,
  );
  const classifier = {
    before: { ids: [...prompt, START], counted: [...prompt.map(() => counted), true] },
    after: { ids: [...WORDS, END], counted: [true, true, true] },
    promptRows: prompt.map((_, at) => ({ side: "before" as const, at })),
    answerRow: { side: "after" as const, at: 2 },
    firstPosition: facts.positions?.first ?? 0,
    special: [START, END],
    room: room === Infinity ? undefined : room,
    isCausal: facts.attention === "causal",
    inputs: {
      prompt: float32(reference[insertion].prompt.flat(), [PROMPT, reference[insertion].prompt[0]!.length]),
    },
    labelTokens: int64(reference.label_tokens.flat(), [
      reference.label_tokens.length,
      reference.label_tokens[0]!.length,
    ]),
    labelWeights: float32(reference.label_weights.flat(), [
      reference.label_weights.length,
      reference.label_weights[0]!.length,
    ]),
    shift: float32(reference.label_tokens.map(() => 0), [reference.label_tokens.length]),
    temperature: float32([1], []),
  };
  return {
    predict,
    classifier,
    room,
    facts,
    counted,
    bytes: exportClassifier(predict, classifier, readRegion),
  };
}

/** The logits of texts as tokenizers give them, padded on one side. */
async function logitsOf(session: Session, texts: readonly (readonly number[])[], side: "left" | "right") {
  const rows = texts.map((text) => [START, ...text, END]);
  const length = Math.max(...rows.map((row) => row.length));
  const padded = (of: (row: readonly number[]) => readonly number[]) => {
    const all = rows.flatMap((row) => {
      const padding = Array<number>(length - row.length).fill(0);
      return side === "left" ? [...padding, ...of(row)] : [...of(row), ...padding];
    });
    return int64Tensor(all, [rows.length, length]);
  };
  const { logits } = await session.run({
    input_ids: padded((row) => row),
    attention_mask: padded((row) => row.map(() => 1)),
  });
  const data = Array.from(logits!.data, Number);
  return texts.map((_, i) =>
    data.slice(i * data.length / texts.length, (i + 1) * data.length / texts.length)
  );
}

for (const name of FAMILIES) {
  Deno.test(`the classifier of ${name} reads texts of any length as the model reads what fits`, async () => {
    const reference = await readFamily(name);
    for (const insertion of ["embedding-output", "word-embeddings"] as const) {
      const { predict, classifier, room, facts, counted, bytes } = await exported(name, insertion, reference);
      const one = await cpu.open(predict);
      const feeds = familyFeeds(reference, insertion);
      const expected: number[][] = [];
      for (const text of TEXTS) {
        const { before, after, firstPosition } = classifier;
        const ids = [...before.ids, ...text.slice(0, room), ...after.ids];
        const uncounted = counted ? 0 : PROMPT;
        const positions = ids.map((_, i) => i < uncounted ? 0 : firstPosition + i - uncounted);
        const given = {
          ...feeds,
          input_ids: int64Tensor(ids, [1, ids.length]),
          attention_mask: int64Tensor(ids.map(() => 1), [1, ids.length]),
          position_ids: int64Tensor(positions, [1, ids.length]),
          prompt_rows: int64Tensor([0, 1, 2], [1, PROMPT]),
          answer_rows: int64Tensor([ids.length - 1], [1]),
        };
        const inputs = Object.entries(given).filter(([key]) => one.inputNames.includes(key));
        const { class_logits } = await one.run(Object.fromEntries(inputs));
        expected.push(Array.from(class_logits!.data, Number));
      }
      const session = await cpu.open({ bytes, weights: new Map() });
      const batches = facts.quantizesActivations ? TEXTS.map((text) => [text]) : [TEXTS];
      for (const side of ["left", "right"] as const) {
        const found: number[][] = [];
        for (const batch of batches) found.push(...await logitsOf(session, batch, side));
        assertEquals(found.length, expected.length);
        for (const [i, row] of expected.entries()) {
          for (const [c, logit] of row.entries()) {
            assertAlmostEquals(found[i]![c]!, logit, 1e-4, `${insertion}, ${side}, text ${i}`);
          }
        }
      }
      for (const open of [one, session]) await open.release();
      if (insertion === "embedding-output") continue;
      for (const [storage, most] of [["float16", 0.01], ["int8", 0.1]] as const) {
        const stored = exportClassifier(predict, classifier, readRegion, storage);
        const small = await cpu.open({ bytes: stored, weights: new Map() });
        const [logits] = await logitsOf(small, [TEXTS[0]!], "right");
        await small.release();
        const error = relativeError(logits!, expected[0]!);
        assert(error <= most, `${storage}: ${error}`);
      }
    }
  });
}
