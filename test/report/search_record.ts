import type { SearchRecord } from "../../src/results/run_files.ts";

const trial = (variant: string, settings: Record<string, unknown>, ...values: readonly number[]) => ({
  variant,
  settings,
  content_hash: variant,
  steps: 9,
  rungs: values.map((value, i) => ({ step: [3, 9][i]!, value, loss: 1, seconds: 1 })),
});

const settings = (learningRate: number, from: string) => ({
  "training.optimizer.learningRate": learningRate,
  "prompt.initialization.from": from,
});

/** A search with three configurations: one stopped, the best, and one that failed. */
export const SEARCH_RECORD: SearchRecord & { readonly best: number } = {
  format: "softprompt-search/1",
  method: "halving",
  metric: "accuracy",
  seed: 0,
  budget: { steps: 20 },
  space: [
    { key: "training.optimizer.learningRate", from: 0.01, to: 1, scale: "log" },
    { key: "prompt.initialization.from", values: ["random", "vocabulary", "labels"] },
  ],
  trials: [
    trial("a", settings(0.1, "labels"), 0.5),
    trial("b", settings(1, "vocabulary"), 0.6, 0.8),
    { ...trial("c", settings(0.01, "random")), failure: "the loss is <not> finite" },
  ],
  best: 1,
  fresh: {
    seeds: [1, 2],
    validation: { mean: 0.7, sd: 0.01, interval: [0.6, 0.8] },
    test: { mean: 0.68, sd: 0.02, interval: [0.5, 0.8] },
  },
  warnings: [{ kind: "edge", key: "training.optimizer.learningRate", value: 1 }],
};
