import { measure } from "../../src/evaluation/metrics.ts";
import { parseWords } from "../experiment/parse_words.ts";
import type { Prediction } from "../../src/results/predictions.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { WHOLE_ENVIRONMENT } from "../results/whole_run.ts";

/** What a made-up run differs in. */
export interface MadeUp {
  /** The probability of the class `good`, example by example; odd examples are good, even ones bad. */
  readonly good: readonly number[];
  readonly seed?: number;
  readonly length?: number;
  readonly device?: string;
  readonly change?: (prediction: Prediction, index: number) => Prediction | undefined;
}

/** A run as if it had been read from its folder. */
export function madeUpRun(
  { good, seed = 0, length = 5, device = "native CPU", change = (one) => one }: MadeUp,
): RunRecord {
  const experiment = parseWords(
    `{ name: x, model: { source: m }, dataset: { name: rt-polarity }, verbalizer: { bad: [b], good: [g] }, seed: ${seed},
       prompt: { kind: soft, length: ${length}, template: "{prompt} {text} {mask}" } }`,
    "x.yaml",
  );
  const predictions = good.flatMap((p, i) => {
    const prediction: Prediction = {
      id: `test:${i}`,
      text_sha256: `sha${i}`,
      text: `text ${i}`,
      label: i % 2 === 1 ? "good" : "bad",
      predicted: p > 0.5 ? "good" : "bad",
      probabilities: { bad: 1 - p, good: p },
      illegal: false,
    };
    return change(prediction, i) ?? [];
  });
  const logits = predictions.map(({ probabilities: { bad, good } }) => [Math.log(bad!), Math.log(good!)]);
  const test = measure(logits, predictions.map(({ label }) => Number(label === "good")), ["bad", "good"]);
  return {
    experiment,
    metrics: {
      status: "complete",
      best_step: 1,
      seconds: 1,
      examples_per_second: 1,
      truncated: { train: 0, validation: 0, test: 0, samples: 0 },
      test: { ...test, illegal_rate: 0 },
    },
    environment: {
      ...WHOLE_ENVIRONMENT,
      device: { kind: "cpu", description: device },
      model: { source: "m", file: "f", sha256: "aa" },
      dataset: { name: "d", sha256: "bb" },
      seed,
      content_hash: `${seed}`,
    },
    predictions,
  };
}
