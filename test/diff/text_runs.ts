import { parseExperiment } from "../../src/experiment/parse.ts";
import { isGeneratedExperiment } from "../../src/experiment/class_experiment.ts";
import { measureTargets } from "../../src/evaluation/text_metrics.ts";
import type { TextRunRecord } from "../../src/results/read_text_run.ts";
import type { TextPrediction } from "../../src/results/run_files.ts";
import { WHOLE_ENVIRONMENT } from "../results/whole_run.ts";

/** What a made-up run of generated texts differs in. */
export interface MadeUpTexts {
  /** How good each answer is, from 0 to 1: its scores, and the smaller its loss. */
  readonly good: readonly number[];
  readonly seed?: number;
  /** The class of each answer, of `bad` and `good`, or none; odd examples are good, even ones bad. Left out, texts are free. */
  readonly classes?: readonly (string | null)[];
  readonly targets?: (index: number) => string[];
}

/** A run as if it had been read from its folder. */
export function madeUpTexts(
  { good, seed = 0, classes, targets = (i) => [`right ${i}`] }: MadeUpTexts,
): TextRunRecord {
  const answers = classes === undefined
    ? `answer: { kind: text, target: "{answer}" }`
    : `answer: { kind: text, choose: generate }, verbalizer: { bad: [b], good: [g] }`;
  const experiment = parseExperiment(
    `{ name: x, model: { source: m }, dataset: { file: d.jsonl }, seed: ${seed}, ${answers},
       prompt: { kind: soft, length: 5, template: "{prompt} {text}" } }`,
    "x.yaml",
  );
  if (!isGeneratedExperiment(experiment)) throw new TypeError("texts that are not generated");
  const predictions = good.map((share, i): TextPrediction => ({
    id: `test:${i}`,
    text_sha256: `sha${i}`,
    text: `text ${i}`,
    targets: targets(i),
    generated: share === 1 ? `right ${i}` : `wrong ${share}`,
    ...(classes && { label: i % 2 === 1 ? "good" : "bad", predicted: classes[i]! }),
    score: { exact_match: share === 1 ? 1 : 0, token_f1: share, rouge_l: share },
    nll: 2 * (2 - share),
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
      test: { examples: good.length, ...measureTargets(predictions) },
    },
    environment: { ...WHOLE_ENVIRONMENT, seed, content_hash: `${seed}` },
    predictions,
  };
}
