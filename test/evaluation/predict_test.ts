import { assertEquals, assertRejects } from "@std/assert";
import { type Feeds, float32Tensor, type Session } from "../../src/device/device.ts";
import { AnswerError, namedText } from "../../src/evaluation/answer_error.ts";
import { answersTo, type Classifier, classLogits } from "../../src/evaluation/predict.ts";
import type { Verbalizer } from "../../src/prompt/verbalizer.ts";

/** Words 1 and 2 stand for the classes, of six. */
const VERBALIZER: Verbalizer = { classes: ["bad", "good"], tokens: [[[1]], [[2]]] };

/** A model whose logits of all words are a row of the table, which the first token of a text names. */
class TableSession implements Session {
  readonly inputNames = ["input_ids"];
  runs = 0;
  examples = 0;

  constructor(private readonly table: readonly (readonly number[])[]) {}

  run({ input_ids }: Feeds, outputs?: readonly string[]) {
    const { dims, data } = input_ids as { dims: readonly number[]; data: BigInt64Array };
    const rows = Array.from({ length: dims[0]! }, (_, i) => this.table[Number(data[i * dims[1]!])]!);
    this.runs++;
    this.examples += rows.length;
    const all = {
      class_logits: float32Tensor(Float32Array.from(rows.flatMap((row) => row.slice(1, 3))), [
        rows.length,
        2,
      ]),
      word_logits: float32Tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]),
    };
    return Promise.resolve(
      Object.fromEntries(Object.entries(all).filter(([name]) => outputs?.includes(name) ?? true)),
    );
  }

  release() {
    return Promise.resolve();
  }
}

function classifierOf(session: Session, changes: Partial<Classifier> = {}): Classifier {
  return { session, inputs: {}, padId: 0, batchSize: 2, precision: "float32", tuned: false, ...changes };
}

function questions(rows: readonly number[]) {
  const examples = rows.map((row) => ({
    ids: [row],
    positions: [0],
    promptRows: [],
    answerRow: 0,
    truncated: 0,
    label: 0,
  }));
  return { examples, nameOf: (i: number) => namedText(`test.tsv:${i + 2}`, "a joy from start to end") };
}

const TABLE = [
  [0, 3, 1, 0, 0, 0],
  [0, 1, 2, 2, 0, 0],
  [0, 1, 2, 2.5, 0, 0],
  [0, 1, 2, 0, 0, 9],
];

Deno.test("one pass over the examples gives their logits, and which answers are illegal: ties go to the first", async () => {
  const session = new TableSession(TABLE);
  const { logits, illegal, ofEach } = await answersTo(
    classifierOf(session),
    questions([3, 0, 1, 2, 0]),
    VERBALIZER,
    6,
  );
  assertEquals(logits, [[1, 2], [3, 1], [1, 2], [1, 2], [3, 1]]);
  assertEquals(ofEach, logits.map((row) => [row]));
  assertEquals(illegal, [true, false, false, true, false]);
  assertEquals([session.runs, session.examples], [3, 5]);
});

Deno.test("a row of the logits without a token is never the answer", async () => {
  const { illegal } = await answersTo(classifierOf(new TableSession(TABLE)), questions([3]), VERBALIZER, 5);
  assertEquals(illegal, [false]);
});

Deno.test("the best word of several prompts is that of their combined answer", async () => {
  // The prompts' answers: the words 1, 1 and, of the third, 3 beyond doubt.
  class Each extends TableSession {
    override run({ input_ids }: Feeds, outputs?: readonly string[]) {
      const rows = (input_ids as { dims: readonly number[] }).dims[0]!;
      const ids = { type: "int64" as const, dims: [rows, 1], data: BigInt64Array.from([0n, 0n, 1n]) };
      return super.run({ input_ids: ids }, outputs);
    }
  }
  const table = [[0, 0.5, 0, 0.4, 0, 0], [0, 0, 0, 30, 0, 0]];
  const prompt = float32Tensor(new Float32Array(3), [3, 1, 1]);
  for (const [vote, expected] of [["mean", true], ["majority", false]] as const) {
    const classifier = classifierOf(new Each(table), { inputs: { prompt }, vote });
    const { illegal, ofEach } = await answersTo(classifier, questions([0]), VERBALIZER, 6);
    assertEquals(illegal, [expected]);
    assertEquals(ofEach[0], [[0.5, 0], [0.5, 0], [0, 0]]);
  }
});

Deno.test("an answer that is not a number is an error that names the text and the way out", async () => {
  for (const broken of [NaN, Infinity, -Infinity]) {
    const table = [TABLE[0]!, [0, 1, broken, 0, 0, 0]];
    for (
      const [changes, wayOut] of [
        [{}, "the model's own logits are not finite"],
        [{ tuned: true }, "lower 'training.optimizer.learningRate'"],
        [{ precision: "float16" }, "set 'precision: float32'"],
      ] as const
    ) {
      const classifier = classifierOf(new TableSession(table), changes);
      const said =
        `test.tsv:4 "a joy from start to end" is not a number (the logit of 'good' is ${broken}): `;
      for (
        const ask of [
          () => classLogits(classifier, questions([0, 0, 1]), VERBALIZER),
          () => answersTo(classifier, questions([0, 0, 1]), VERBALIZER, 6),
        ]
      ) {
        const { message } = await assertRejects(ask, AnswerError, said);
        assertEquals(message.includes(wayOut), true, message);
      }
    }
  }
});

Deno.test("a word's logit that is not a number is an error, too; that of a word which the model excludes is not", async () => {
  const ask = (other: number) =>
    answersTo(classifierOf(new TableSession([[0, 1, 2, other, 0, 0]])), questions([0]), VERBALIZER, 6);
  assertEquals((await ask(-Infinity)).illegal, [false]);
  for (const broken of [NaN, Infinity]) {
    await assertRejects(() => ask(broken), AnswerError, `(the logit of the word 3 is ${broken})`);
  }
});

Deno.test("one prompt of several whose answer is not a number is not outvoted", async () => {
  const prompt = float32Tensor(new Float32Array(2), [2, 1, 1]);
  for (const vote of ["mean", "majority"] as const) {
    const classifier = classifierOf(new TableSession([[0, NaN, 1, 0, 0, 0]]), { inputs: { prompt }, vote });
    await assertRejects(() => classLogits(classifier, questions([0]), VERBALIZER), AnswerError);
  }
});

Deno.test("a name shows a text's beginning, in one line", () => {
  assertEquals(namedText("a.csv:2", "short\n  text").text, 'a.csv:2 "short text"');
  assertEquals(namedText("a.csv:2", "長い".repeat(50)).text, `a.csv:2 "${"長い".repeat(20)}…"`);
});

Deno.test("an aborted signal stops the answers before the next batch", async () => {
  const session = new TableSession(TABLE);
  const stop = new AbortController();
  const examples = { ...questions([0, 1, 2, 3]), signal: stop.signal };
  stop.abort(new Error("enough"));
  await assertRejects(() => classLogits(classifierOf(session), examples, VERBALIZER), Error, "enough");
  assertEquals(session.runs, 0);
});
