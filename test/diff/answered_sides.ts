import { groupBySeed } from "../../src/diff/run_groups.ts";
import type { Side } from "../../src/diff/side.ts";
import { measureAnswers, measureTargets } from "../../src/evaluation/text_metrics.ts";
import { isFreeTextExperiment } from "../../src/experiment/class_experiment.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import type { TextRunRecord } from "../../src/results/read_text_run.ts";
import { scoreText } from "../../src/text_metrics/score_text.ts";
import { WHOLE_ENVIRONMENT } from "../results/whole_run.ts";

/** A test example of a made-up run. */
export interface MadeUpAnswer {
  readonly text: string;
  readonly target: string;
  readonly generated: string;
}

/** A run of free texts as if it had been read from its folder. @param nll of each right answer, of two tokens */
export function answeredRun(answers: readonly MadeUpAnswer[], nll: number, length = 5): TextRunRecord {
  const experiment = parseExperiment(
    `{ name: x, model: { source: m }, dataset: { file: d.jsonl }, answer: { kind: text, target: "{answer}" },
       prompt: { kind: soft, length: ${length}, template: "{prompt} {text}" } }`,
    "x.yaml",
  );
  if (!isFreeTextExperiment(experiment)) throw new TypeError("the answers are not free texts");
  const predictions = answers.map(({ text, target, generated }, i) => ({
    id: `d.jsonl:${i}`,
    text_sha256: `sha${i}`,
    text,
    targets: [target],
    generated,
    score: scoreText(generated, [target]),
    nll: nll + Math.sin(i * nll) / 2,
    tokens: 2,
  }));
  return {
    experiment,
    metrics: {
      status: "complete",
      answers: "texts",
      best_step: 1,
      seconds: 1,
      examples_per_second: 1,
      truncated: { train: 0, validation: 0, test: 0, samples: 0, answers: 0 },
      parameters: { trained: 1, of_model: 2, share: 0.5 },
      test: {
        examples: answers.length,
        ...measureAnswers(predictions.map(({ score }) => score)),
        ...measureTargets(predictions),
      },
    },
    environment: { ...WHOLE_ENVIRONMENT, content_hash: String(length) },
    predictions,
  };
}

/** A side of a comparison with a single run. */
export function loneSide(source: string, run: TextRunRecord): Side<TextRunRecord> {
  return { source, groups: groupBySeed(new Map([["", run]])) };
}

/** Two runs, of which B answers better, in English and in Chinese. */
export function madeUpRuns(): readonly [TextRunRecord, TextRunRecord] {
  const examples = Array.from(
    { length: 40 },
    (_, i) =>
      i % 2 === 0
        ? { text: `when was <it> | ${i}?`, target: "in May 1998", a: "in June 1998", b: "in May 1998" }
        : { text: `花是什么颜色？${i}`, target: "红色的花", a: "蓝色的花", b: "红色的花" },
  );
  const run = (side: "a" | "b", nll: number, length: number) =>
    answeredRun(
      examples.map((one, i) => ({ ...one, generated: i < 4 ? one.target : one[side] })),
      nll,
      length,
    );
  return [run("a", 3, 5), run("b", 2, 20)];
}

/** They as the sides of a comparison. */
export function madeUpSides(): readonly [Side<TextRunRecord>, Side<TextRunRecord>] {
  const [a, b] = madeUpRuns();
  return [loneSide("results/a", a), loneSide("results/b", b)];
}
