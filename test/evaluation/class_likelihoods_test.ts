import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Feeds, float32Tensor, type Session } from "../../src/device/device.ts";
import { int64Data, onHost } from "../../src/device/tensor_data.ts";
import { AnswerError } from "../../src/evaluation/answer_error.ts";
import {
  type ClassLikelihoods,
  likelihoodAnswerer,
  rightTextLikelihoods,
} from "../../src/evaluation/class_likelihoods.ts";
import type { Classifier } from "../../src/evaluation/predict.ts";
import { answerRows } from "../../src/prompt/answer_rows.ts";

/** A model that gives a token the logarithm of its probability by its id: -id/10, and of the second prompt twice that. */
class TokenSession implements Session {
  readonly inputNames = ["input_ids"];
  readonly rows: number[] = [];

  constructor(private readonly broken?: number) {}

  run({ target_ids, prompt_of_example }: Feeds) {
    const ids = onHost(target_ids);
    const owners = int64Data(onHost(prompt_of_example));
    const [rows, columns] = ids.dims as [number, number];
    this.rows.push(rows);
    const found = Array.from(int64Data(ids), Number).map((id, i) => {
      if (id === this.broken) return NaN;
      return -id / 10 * (1 + Number(owners[Math.floor(i / columns)]));
    });
    return Promise.resolve({ target_logprobs: float32Tensor(Float32Array.from(found), [rows, columns]) });
  }

  release() {
    return Promise.resolve();
  }
}

const SUMS: ClassLikelihoods = { classes: ["bad", "good"], classOfText: [0, 0, 1], normalize: "none" };
/** The texts of the classes: 4 and 1 2 for the first, 2 2 for the second. */
const TEXTS = [[4], [1, 2], [2, 2]];

function classifierOf(session: Session, changes: Partial<Classifier> = {}): Classifier {
  return { session, inputs: {}, padId: 0, batchSize: 4, precision: "float32", tuned: false, ...changes };
}

/** Texts that each answer follows, so that none share a row. */
function questions(labels: readonly number[]) {
  const examples = labels.map((label, i) => ({
    label,
    truncated: 0,
    rows: answerRows(TEXTS.map((targetIds) => ({
      kind: "rows" as const,
      ids: [i, ...targetIds],
      positions: [0, ...targetIds],
      promptRows: [],
      truncated: 0,
      targetTruncated: 0,
      targetIds,
      targetRows: targetIds,
    }))),
  }));
  return { examples, nameOf: (i: number) => `text ${i}` };
}

const near = (found: readonly number[], expected: readonly number[]) => {
  assertEquals(found.length, expected.length);
  for (const [i, one] of expected.entries()) assertAlmostEquals(found[i]!, one, 1e-6);
};

Deno.test("a class's logit is the logarithm of the probability of its most probable text", async () => {
  const { logits, likelihoods } = await likelihoodAnswerer(classifierOf(new TokenSession()), SUMS)
    .answers(questions([0, 1]));
  for (const row of logits) near(row, [-0.3, -0.4]);
  near(likelihoods!.map(({ nll }) => nll), [0.4, 0.4]);
  assertEquals(likelihoods!.map(({ tokens }) => tokens), [1, 2]);
});

Deno.test("normalized by tokens, it is the mean over a text's tokens", async () => {
  const classifier = classifierOf(new TokenSession());
  const [row] = await likelihoodAnswerer(classifier, { ...SUMS, normalize: "tokens" }).logits(questions([0]));
  near(row!, [-0.15, -0.2]);
});

Deno.test("the texts of all classes are scored in batches as large as those of evaluation, and are counted by examples", async () => {
  const session = new TokenSession();
  const done: number[] = [];
  await likelihoodAnswerer(classifierOf(session), SUMS)
    .logits({ ...questions([0, 1, 0, 1]), onAnswered: (count) => done.push(count) });
  assertEquals(session.rows, [4, 4, 4]);
  assertEquals(done.at(-1), 4);
});

Deno.test("an ensemble has the mean of its prompts' class probabilities, and of those of the right text", async () => {
  const inputs = { prompt: float32Tensor(new Float32Array(2), [2, 1, 1]) };
  const classifier = classifierOf(new TokenSession(), { inputs, vote: "mean" });
  const { logits, ofEach, likelihoods } = await likelihoodAnswerer(classifier, SUMS).answers(questions([1]));
  near(ofEach[0]![1]!, [-0.6, -0.8]);
  const share = (a: number, b: number) => Math.exp(a) / (Math.exp(a) + Math.exp(b));
  near(logits[0]!, [
    Math.log((share(-0.3, -0.4) + share(-0.6, -0.8)) / 2),
    Math.log((share(-0.4, -0.3) + share(-0.8, -0.6)) / 2),
  ]);
  near([likelihoods![0]!.nll], [-Math.log((Math.exp(-0.4) + Math.exp(-0.8)) / 2)]);
});

Deno.test("a probability that is not a number is an error, also of a text that is not the best", async () => {
  const answerer = likelihoodAnswerer(classifierOf(new TokenSession(4)), SUMS);
  await assertRejects(() => answerer.logits(questions([0])), AnswerError, "the logit of 'bad' is NaN");
});

Deno.test("the right texts alone are scored with one row for each example", async () => {
  const session = new TokenSession();
  const found = await rightTextLikelihoods(classifierOf(session), questions([0, 1]), SUMS);
  assertEquals(found.map(({ tokens }) => tokens), [1, 2]);
  near(found.map(({ nll }) => nll), [0.4, 0.4]);
  assertEquals(session.rows, [2]);
  const broken = classifierOf(new TokenSession(2));
  await assertRejects(() => rightTextLikelihoods(broken, questions([1]), SUMS), AnswerError, "text 0");
});
